#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/assignment.h"
#include "core/epoch_report.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/trial.h"

namespace foldmill::worker {

// The lines of worker/protocol.md as structs. Nothing here has state; safe from any thread.
inline constexpr int kTrainerProtocol = 1;
inline constexpr size_t kMaxLineBytes = size_t{1} << 20;

struct TrainerHello {
  int slot = 0;
  std::string device;  // cpu, cuda:N
  int threads = 1;
  std::vector<std::string> data_dirs;
  std::string work_dir;
  std::string cache_dir = {};  // empty: none
};

// Where the files that an assignment names lie on this machine.
struct LocalFiles {
  std::string checkpoint = {};  // of assignment.resume_from
  std::string encoder = {};     // of assignment.model.encoder->artifact
  std::string evaluate = {};    // of assignment.evaluate
};

struct TrainerReady {
  static constexpr std::string_view kType = "ready";
  int protocol = 0;
  std::string name;
  std::string version;
  std::vector<std::string> models;  // empty: takes anything
};
struct TrainerStarted {
  static constexpr std::string_view kType = "started";
  AttemptId attempt;
};
struct TrainerEpoch {
  static constexpr std::string_view kType = "epoch";
  AttemptId attempt;
  EpochReport report;
};
struct TrainerCheckpoint {
  static constexpr std::string_view kType = "checkpoint";
  AttemptId attempt;
  int64_t epoch = 0;
  std::string path;
};
struct TrainerArtifact {
  static constexpr std::string_view kType = "artifact";
  AttemptId attempt;
  std::string name;
  std::string path;
};
struct TrainerFinished {
  static constexpr std::string_view kType = "finished";
  AttemptId attempt;
  bool stopped = false;  // else completed
};
struct TrainerFailed {
  static constexpr std::string_view kType = "failed";
  AttemptId attempt;
  EndCause cause = EndCause::kInternal;
  std::string message;
};
using TrainerMessage = std::variant<TrainerReady, TrainerStarted, TrainerEpoch, TrainerCheckpoint,
                                    TrainerArtifact, TrainerFinished, TrainerFailed>;

// Strict about types and values; unknown keys are ignored, an unknown type is an error. The
// message of a failure quotes the beginning of the line.
Result<TrainerMessage> parse_trainer_message(std::string_view line);

// Each ends with a newline.
std::string hello_line(const TrainerHello& hello);
std::string assignment_line(const Assignment& assignment, const LocalFiles& files);
std::string stop_line(AttemptId attempt, EndCause cause);
std::string shutdown_line();

}  // namespace foldmill::worker
