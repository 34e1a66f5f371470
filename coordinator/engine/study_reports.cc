// What one study's attempts report.

#include <cmath>
#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

// In the order of StudySpec::further_metrics(); the report has been checked to hold them.
std::vector<double> further_values(const StudySpec& spec, const EpochReport& report) {
  std::vector<double> values;
  for (const std::string& metric : spec.further_metrics()) values.push_back(*report.metric(metric));
  return values;
}

// The first objective that is not a number any more. A metric that only has a constraint may be
// undefined at first: what counts is where the trial ends.
std::optional<std::pair<std::string, double>> diverged_goal(const StudySpec& spec,
                                                            const EpochReport& report) {
  for (const Goal& goal : spec.goals())
    if (const double value = *report.metric(goal.metric); !std::isfinite(value))
      return std::pair(goal.metric, value);
  return std::nullopt;
}

// A file that was there when it was uploaded: cleaned up since then, or a backup was returned to
// that lacks it. Without a checkpoint the fold goes on from another one; an attempt of which an
// artifact is not recorded has not succeeded when it ends.
Verdict gone(const ArtifactRef& file) {
  return {AckVerdict::kRejected,
          concat("the file ", file.sha256, " was saved, but is not here any more")};
}

}  // namespace

Verdict StudyEngine::started(const Lease& lease, Step& step) {
  LiveAttempt& live = *fold_of(lease.fold).live;
  if (live.state == AttemptState::kRunning) return {AckVerdict::kDuplicate, {}};
  live.state = AttemptState::kRunning;
  progress_.moved(lease.attempt, step.now().steady);
  step.record(id_, change::AttemptStarted{lease.attempt, step.now().wall});
  return {};
}

Status StudyEngine::check_report(const FoldKey& key, const EpochReport& report) const {
  const TrialRecord& trial = trials_[static_cast<size_t>(key.trial.value)];
  const FoldRecord& fold = trial.folds[static_cast<size_t>(key.fold.value)];
  const int64_t next = fold.curve.last_epoch() + 1;
  const int64_t epochs = spec_->epochs(trial.params);
  if (report.epoch < fold.live->first_epoch)
    return invalid_argument(concat("epoch ", report.epoch,
                                   " was reported, but this attempt began at ",
                                   fold.live->first_epoch));
  if (report.epoch > epochs)
    return invalid_argument(
        concat("epoch ", report.epoch, " was reported, but there are only ", epochs));
  if (report.epoch > next)
    return invalid_argument(
        concat("epoch ", report.epoch, " was reported, but ", next, " is next"));
  for (const std::string& metric : spec_->further_metrics())
    if (!report.metric(metric))
      return invalid_argument(concat("epoch ", report.epoch, " was reported without the metric '",
                                     metric,
                                     "', by which the study judges its trials; report it "
                                     "after each epoch"));
  if (!report.metric(spec_->objective.metric))
    return invalid_argument(concat(
        "epoch ", report.epoch, " was reported without the metric '", spec_->objective.metric,
        "', which is the study's objective; report it after each epoch"));
  return ok_status();
}

Verdict StudyEngine::epoch_reported(const Lease& lease, const EpochReport& report, Step& step) {
  FoldRecord& fold = fold_of(lease.fold);
  if (report.epoch >= fold.live->first_epoch && report.epoch <= fold.curve.last_epoch())
    return {AckVerdict::kDuplicate, {}};
  if (fold.live->inherited && report.epoch > fold.curve.last_epoch() + 1) {
    part_with(
        lease,
        compare_epochs(lease, concat("epoch ", report.epoch, " was reported, but of those before")),
        step);
    return {AckVerdict::kSuperseded, "a copy of the database was returned to that lacks epochs"};
  }
  if (const Status sound = check_report(lease.fold, report); !sound.ok()) {
    send_stop(lease, EndCause::kCancelled, step);
    fail_attempt(lease, {AttemptState::kFailed, EndCause::kUserError, sound.message()}, step);
    return {AckVerdict::kRejected, sound.message()};
  }
  const double value = *report.metric(spec_->objective.metric);
  fold.append(value, further_values(*spec_, report));
  worked_once_ = true;
  progress_.epoch_reported(lease.attempt, report.seconds, step.now().steady);
  pruning_->reported(trial_of(lease.fold), lease.fold.fold);
  step.record(id_,
              change::EpochReported{lease.attempt, lease.fold, report, value, step.now().wall});
  if (const auto diverged = diverged_goal(*spec_, report)) {
    send_stop(lease, EndCause::kCancelled, step);
    fail_attempt(lease,
                 {AttemptState::kFailed, EndCause::kDiverged,
                  concat(diverged->first, " is ", format_number(diverged->second), " at epoch ",
                         report.epoch)},
                 step);
  } else if (const auto decision = pruning_->judge(trial_of(lease.fold), lease.fold.fold)) {
    end_trial(trial_of(lease.fold),
              {.state = TrialState::kPruned,
               .value = fold.last_value(),
               .cause = EndCause::kPruned,
               .decision = decision},
              step);
  }
  return {};
}

Verdict StudyEngine::checkpoint_saved(const Lease& lease, const Checkpoint& checkpoint,
                                      bool is_here, Step& step) {
  FoldRecord& fold = fold_of(lease.fold);
  if (checkpoint.epoch < 1 || checkpoint.epoch > fold.curve.last_epoch()) {
    discard_unreferenced(checkpoint.artifact, step);
    return {AckVerdict::kRejected,
            concat("a checkpoint of epoch ", checkpoint.epoch, " was saved, but epoch ",
                   fold.curve.last_epoch(), " is the last one reported")};
  }
  if (fold.checkpoint && checkpoint.epoch <= fold.checkpoint->epoch) {
    discard_unreferenced(checkpoint.artifact, step);
    return {AckVerdict::kDuplicate, {}};
  }
  if (!is_here) return gone(checkpoint.artifact);
  progress_.moved(lease.attempt, step.now().steady);
  const std::optional<Checkpoint> replaced =
      std::exchange(fold.earlier_checkpoint, std::exchange(fold.checkpoint, checkpoint));
  commons_.artifacts.add(checkpoint.artifact);
  step.record(id_,
              change::CheckpointRecorded{lease.attempt, lease.fold, checkpoint, step.now().wall});
  release(replaced, step);
  return {};
}

Verdict StudyEngine::artifact_saved(const Lease& lease, const std::string& name,
                                    const ArtifactRef& artifact, bool is_here, Step& step) {
  NamedArtifacts& artifacts = fold_of(lease.fold).live->artifacts;
  const auto known = artifacts.find(name);
  if (known != artifacts.end() && known->second == artifact) return {AckVerdict::kDuplicate, {}};
  if (!is_here) return gone(artifact);
  const auto [saved, is_new] = artifacts.try_emplace(name, artifact);
  progress_.moved(lease.attempt, step.now().steady);
  const ArtifactRef replaced = std::exchange(saved->second, artifact);
  commons_.artifacts.add(artifact);
  step.record(id_,
              change::ArtifactRecorded{lease.attempt, lease.fold, name, artifact, step.now().wall});
  if (!is_new && commons_.artifacts.remove(replaced))
    step.perform(effect::DeleteArtifact{replaced});
  return {};
}

}  // namespace foldmill::engine
