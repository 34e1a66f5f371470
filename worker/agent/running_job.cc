#include "worker/agent/running_job.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr int kProgressFactor = 20;

template <class... Parts>
Status breach(const Parts&... parts) {
  return failed_precondition(concat(parts...));
}

}  // namespace

bool is_user_command(const Assignment& assignment) { return assignment.model.type == "command"; }

RunningJob::RunningJob(SlotJob job)
    : job_(std::move(job)), next_epoch_(job_.assignment.first_epoch()) {}

bool RunningJob::stop(EndCause cause) {
  if (stop_cause_) return false;
  stop_cause_ = cause;
  return true;
}

Status RunningJob::take(const TrainerEpoch& message) {
  const EpochReport& report = message.report;
  if (report.epoch != next_epoch_)
    return breach("reported epoch ", report.epoch, " where epoch ", next_epoch_, " was due");
  if (report.epoch > assignment().epochs)
    return breach("reported epoch ", report.epoch, " of ", assignment().epochs);
  if (!report.metric(assignment().objective.metric))
    return breach("reported an epoch without the objective's metric '",
                  assignment().objective.metric, "'");
  ++next_epoch_;
  slowest_epoch_ = std::max(slowest_epoch_, std::chrono::duration<double>(report.seconds));
  return {};
}

Status RunningJob::take(const TrainerCheckpoint& message) const {
  if (message.epoch >= next_epoch_)
    return breach("sent a checkpoint of epoch ", message.epoch, " before that epoch");
  return {};
}

Status RunningJob::take(const TrainerFinished& message) const {
  if (message.stopped && !stop_cause_) return breach("stopped without being told to");
  if (!message.stopped && next_epoch_ <= assignment().epochs)
    return breach("said completed before epoch ", next_epoch_);
  return {};
}

std::optional<std::chrono::milliseconds> RunningJob::patience(
    std::chrono::milliseconds least) const {
  if (slowest_epoch_.count() == 0) return std::nullopt;
  return std::max(least, std::chrono::duration_cast<std::chrono::milliseconds>(slowest_epoch_ *
                                                                               kProgressFactor));
}

AttemptOutcome RunningJob::outcome(const TrainerFinished& message) const {
  if (message.stopped) return {AttemptState::kStopped, *stop_cause_, ""};
  return {AttemptState::kSucceeded, EndCause::kNone, ""};
}

AttemptOutcome RunningJob::outcome_of_death(bool at_fault, std::string message) const {
  if (stop_cause_) return {AttemptState::kStopped, *stop_cause_, std::move(message)};
  if (!at_fault) return {AttemptState::kLost, EndCause::kLost, std::move(message)};
  return {AttemptState::kFailed,
          is_user_command(assignment()) ? EndCause::kUserError : EndCause::kInternal,
          std::move(message)};
}

}  // namespace foldmill::worker
