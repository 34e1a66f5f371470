#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/assignment.h"
#include "core/epoch_report.h"
#include "core/result.h"
#include "worker/trainer/training/stop_token.h"

// The lines of worker/protocol.md as types.
namespace foldmill::trainer {

inline constexpr int64_t kProtocolVersion = 1;
inline constexpr size_t kLongestLine = size_t{1} << 20;  // bytes

struct Hello {
  int64_t protocol = 0;
  std::string device;  // cpu, cuda:0
  int threads = 1;
  std::vector<std::string> data_dirs;
  std::filesystem::path work_dir;
  std::filesystem::path cache_dir;  // shared with other trainers, outlives them; empty: none
};

// An assignment as the trainer gets it: the checkpoint is a file here.
struct TrainerAssignment {
  struct Resume {
    std::filesystem::path path;
    int64_t epoch = 0;
  };
  Assignment assignment;  // resume_from is not used; the study's id is not told
  std::optional<Resume> resume;
  std::filesystem::path evaluate_file;  // of assignment.evaluate
};

struct Stop {
  AttemptId attempt;
  StopCause cause = StopCause::kNone;
};

struct Shutdown {};

// An assignment that cannot be understood, but whose number could be read: it can be answered.
struct RefusedAssignment {
  AttemptId attempt;
  std::string message;
};

using Message = std::variant<Hello, TrainerAssignment, Stop, Shutdown, RefusedAssignment>;

// invalid_argument for a line that breaks the protocol, with what is wrong in it.
Result<Message> parse_message(const std::string& line);

// Lines to the worker, without the line feed.
std::string ready_line(const std::string& version, const std::vector<std::string>& models,
                       const std::vector<std::string>& devices);
std::string started_line(AttemptId attempt);
std::string epoch_line(AttemptId attempt, const EpochReport& report);
std::string checkpoint_line(AttemptId attempt, int64_t epoch, const std::filesystem::path& path);
std::string artifact_line(AttemptId attempt, const std::string& name,
                          const std::filesystem::path& path);
// `finished` or `failed`, as the outcome is.
std::string outcome_line(AttemptId attempt, const AttemptOutcome& outcome);

}  // namespace foldmill::trainer
