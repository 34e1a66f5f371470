#include "worker/agent/attempt_uploads.h"

#include <utility>

#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr size_t kCachedCheckpoints = 2;  // the coordinator falls back to the one before, too

}  // namespace

AttemptUploads::AttemptUploads(AttemptId attempt, Transfers& transfers, Events events, Logger log)
    : attempt_(attempt), transfers_(transfers), events_(std::move(events)), log_(std::move(log)) {}

void AttemptUploads::checkpoint(int64_t epoch, std::filesystem::path file) {
  checkpoint_ = File{{}, epoch, std::move(file)};
  next();
}

void AttemptUploads::artifact(std::string name, std::filesystem::path file) {
  artifacts_.push_back({std::move(name), 0, std::move(file)});
  next();
}

void AttemptUploads::finish(AttemptOutcome outcome) {
  const bool unwanted = outcome.cause == EndCause::kPruned || outcome.cause == EndCause::kCancelled;
  if (unwanted) artifacts_.clear();
  // Nobody will go on from here.
  if (unwanted || outcome.state == AttemptState::kSucceeded) checkpoint_.reset();
  outcome_ = std::move(outcome);
  next();
}

void AttemptUploads::next() {
  if (busy_) return;
  File file;
  if (checkpoint_) {
    file = *std::exchange(checkpoint_, std::nullopt);
  } else if (!artifacts_.empty()) {
    file = std::move(artifacts_.front());
    artifacts_.pop_front();
  } else if (outcome_) {
    return report_end();
  } else {
    return;
  }
  busy_ = true;
  transfers_.adopt(file.path, lifetime_.guard([this, file](Result<PendingFilePtr> pending) {
    if (!pending.ok()) return lost(file, pending.status());
    upload(file, *pending);
  }));
}

void AttemptUploads::upload(const File& file, const PendingFilePtr& pending) {
  transfers_.upload(pending, lifetime_.guard([this, file, pending](const Status& status) {
    if (!status.ok()) return lost(file, status);
    arrived(file, pending);
  }));
}

void AttemptUploads::arrived(const File& file, const PendingFilePtr& pending) {
  busy_ = false;
  if (file.name.empty()) {
    keep_cached(pending);
    events_.report(proto::CheckpointSaved{attempt_, {file.epoch, pending->artifact()}});
  } else {
    kept_[file.name] = pending->artifact();
    events_.report(proto::ArtifactSaved{attempt_, file.name, pending->artifact()});
  }
  next();
}

void AttemptUploads::keep_cached(const PendingFilePtr& checkpoint) {
  transfers_.keep(checkpoint);
  std::erase(cached_checkpoints_, checkpoint->artifact());
  cached_checkpoints_.push_back(checkpoint->artifact());
  if (cached_checkpoints_.size() <= kCachedCheckpoints) return;
  transfers_.forget(cached_checkpoints_.front());
  cached_checkpoints_.pop_front();
}

void AttemptUploads::lost(const File& file, const Status& why) {
  busy_ = false;
  log_->warn("file lost  attempt={} file={} reason={}", attempt_.value, file.path.string(),
             in_quotes(why.message()));
  if (!file.name.empty() && missing_.empty())
    missing_ = concat("the artifact '", file.name, "' could not be kept: ", why.message());
  next();
}

void AttemptUploads::report_end() {
  AttemptOutcome outcome = *std::exchange(outcome_, std::nullopt);
  if (outcome.state == AttemptState::kSucceeded && !missing_.empty())
    outcome = {AttemptState::kLost, EndCause::kLost, missing_};
  failpoint("finish.before_report");
  events_.report(proto::AttemptFinished{attempt_, std::move(outcome), std::move(kept_)});
  events_.drained();
}

}  // namespace foldmill::worker
