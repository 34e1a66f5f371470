#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/attempt.h"
#include "worker/agent/lifetime.h"
#include "worker/agent/logger.h"
#include "worker/agent/report_outbox.h"
#include "worker/agent/transfers.h"

namespace foldmill::worker {

// The files of one attempt on their way to the coordinator, one at a time, and the order they owe:
// a file is reported after it has arrived, and the end of the attempt after all its files. Of
// checkpoints that wait only the newest matters; the older ones are left out. A checkpoint that
// does not arrive costs only its epochs; without an artifact no attempt has succeeded: it is lost.
// Agent thread.
class AttemptUploads {
 public:
  struct Events {
    std::function<void(ReportOutbox::Body)> report;
    std::function<void()> drained;  // the end was reported: the attempt's files are safe or useless
  };

  AttemptUploads(AttemptId attempt, Transfers& transfers, Events events, Logger log);

  void checkpoint(int64_t epoch, std::filesystem::path file);
  void artifact(std::string name, std::filesystem::path file);
  // No more files; `outcome` is reported when those that matter for it are there.
  void finish(AttemptOutcome outcome);

 private:
  struct File {
    std::string name;  // empty: a checkpoint
    int64_t epoch = 0;
    std::filesystem::path path;
  };
  void next();
  void upload(const File& file, const PendingFilePtr& pending);
  void arrived(const File& file, const PendingFilePtr& pending);
  void keep_cached(const PendingFilePtr& checkpoint);
  void lost(const File& file, const Status& why);
  void report_end();

  AttemptId attempt_;
  Transfers& transfers_;
  Events events_;
  Logger log_;
  std::optional<File> checkpoint_;
  std::deque<File> artifacts_;
  std::deque<ArtifactRef> cached_checkpoints_;  // the last two that arrived: for a resume
  std::optional<AttemptOutcome> outcome_;
  NamedArtifacts kept_;  // those that arrived
  std::string missing_;  // which artifact did not arrive, and why; empty: none
  bool busy_ = false;
  Lifetime lifetime_;
};

}  // namespace foldmill::worker
