// What happens to one study's attempts, and through them to its folds and trials.

#include <algorithm>
#include <cmath>
#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

// Outcomes come from outside: one that does not say how or why it ended is a fault of the worker.
AttemptOutcome normalized(AttemptOutcome outcome) {
  if (is_live(outcome.state)) outcome.state = AttemptState::kFailed;
  if (outcome.cause != EndCause::kNone) return outcome;
  if (outcome.state == AttemptState::kFailed) outcome.cause = EndCause::kInternal;
  if (outcome.state == AttemptState::kLost) outcome.cause = EndCause::kLost;
  if (outcome.state == AttemptState::kStopped) outcome.cause = EndCause::kPreempted;
  return outcome;
}

// Whether the attempt was given a checkpoint and got nowhere with it, for a cause that may lie in
// the checkpoint: damaged, gone, or of another version of the user's code.
bool could_not_go_on(const FoldRecord& fold, EndCause cause) {
  return fold.checkpoint && fold.live->first_epoch == fold.checkpoint->epoch + 1 &&
         fold.curve.last_epoch() == fold.checkpoint->epoch &&
         (cause == EndCause::kDataMissing || cause == EndCause::kInternal ||
          cause == EndCause::kUserError);
}

// Whether it speaks against everything that the study's trials have in common.
bool is_about_the_study(EndCause cause) {
  return cause == EndCause::kDataMissing || cause == EndCause::kInternal ||
         cause == EndCause::kUserError;
}

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
                                      Step& step) {
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
                                    const ArtifactRef& artifact, Step& step) {
  const auto [saved, is_new] = fold_of(lease.fold).live->artifacts.try_emplace(name, artifact);
  if (!is_new && saved->second == artifact) return {AckVerdict::kDuplicate, {}};
  progress_.moved(lease.attempt, step.now().steady);
  const ArtifactRef replaced = std::exchange(saved->second, artifact);
  commons_.artifacts.add(artifact);
  step.record(id_,
              change::ArtifactRecorded{lease.attempt, lease.fold, name, artifact, step.now().wall});
  if (!is_new && commons_.artifacts.remove(replaced))
    step.perform(effect::DeleteArtifact{replaced});
  return {};
}

void StudyEngine::ended(const Lease& lease, AttemptOutcome outcome, Step& step) {
  outcome = normalized(std::move(outcome));
  if (outcome.state == AttemptState::kStopped && !may_stop(lease))
    outcome = {AttemptState::kFailed, EndCause::kInternal,
               "it stopped, but nobody had asked it to"};
  const int64_t reached = fold_of(lease.fold).curve.last_epoch();
  const int64_t epochs = spec_->epochs(trial_of(lease.fold).params);
  if (outcome.state == AttemptState::kSucceeded && reached == epochs) {
    complete_fold(lease,
                  fold_of(lease.fold).curve.take(spec_->objective.take, spec_->objective.direction),
                  step);
  } else if (outcome.state == AttemptState::kSucceeded) {
    fail_attempt(lease,
                 {AttemptState::kFailed, EndCause::kInternal,
                  concat("said to have succeeded after ", reached, " of ", epochs, " epochs")},
                 step);
  } else if (outcome.state == AttemptState::kStopped) {
    end_attempt(lease, std::move(outcome), step);
    requeue(lease, std::nullopt, step);
  } else {
    fail_attempt(lease, std::move(outcome), step);
  }
}

// Stopping costs no retry, so without a reason it could go on for ever. That a study is not active
// is one because what it asked before a restart is not known any more.
bool StudyEngine::may_stop(const Lease& lease) {
  return fold_of(lease.fold).live->stop_asked || state_ != StudyState::kActive ||
         commons_.workers.get(lease.worker).draining;
}

void StudyEngine::close_fold(const Lease& lease, std::optional<double> value, Step& step) {
  FoldRecord& fold = fold_of(lease.fold);
  end_attempt(lease, {AttemptState::kSucceeded, EndCause::kNone, {}}, step);
  fold.state = FoldState::kCompleted;
  fold.value = value;
  worked_once_ = true;
  step.record(id_, change::FoldChanged{lease.fold, fold.state, fold.value, step.now().wall});
}

void StudyEngine::complete_fold(const Lease& lease, double value, Step& step) {
  TrialRecord& trial = trial_of(lease.fold);
  close_fold(lease, value, step);
  if (trial.all_folds_completed())
    end_trial(trial, {.state = TrialState::kCompleted, .value = trial.aggregate(*spec_)}, step);
  else if (const auto decision = pruning_->judge_race(trial, lease.fold.fold))
    // Its estimated mean over all folds: comparable to the value of a trial that ran them.
    end_trial(trial,
              {.state = TrialState::kPruned,
               .value = decision->value,
               .cause = EndCause::kPruned,
               .decision = decision,
               .estimated = true},
              step);
  else
    queue_due_folds(trial);
}

void StudyEngine::end_attempt(const Lease& lease, AttemptOutcome outcome, Step& step) {
  fold_of(lease.fold).live.reset();
  commons_.leases.release(lease.attempt);
  progress_.end(lease.attempt);
  --live_;
  step.record(id_, change::AttemptEnded{lease.attempt, std::move(outcome), step.now().wall});
}

void StudyEngine::fail_attempt(const Lease& lease, AttemptOutcome outcome, Step& step) {
  FoldRecord& fold = fold_of(lease.fold);
  const EndCause cause = outcome.cause;
  const std::string message = outcome.message;
  const bool stuck = could_not_go_on(fold, cause);
  end_attempt(lease, std::move(outcome), step);
  if (stuck) {
    // From an earlier epoch once more: that costs time, where the same file would cost the trial.
    withdraw_checkpoint(lease.fold, step);
    requeue(lease, std::nullopt, step);
    return;
  }
  fold.tally.count(cause);
  if (fold.tally.allows_another(cause, spec_->resources.retries)) {
    requeue(lease, is_machine_fault(cause) ? std::optional(lease.worker) : std::nullopt, step);
    return;
  }
  fold.state = FoldState::kFailed;
  step.record(id_, change::FoldChanged{lease.fold, fold.state, fold.last_value(), step.now().wall});
  end_trial(trial_of(lease.fold),
            {.state = TrialState::kFailed, .cause = cause, .message = message}, step);
}

void StudyEngine::requeue(const Lease& lease, std::optional<WorkerId> avoid, Step& step) {
  fold_of(lease.fold).state = FoldState::kPending;
  std::optional<WorkerId> home;
  if (fold_of(lease.fold).checkpoint && avoid != lease.worker) home = lease.worker;
  queue_.push(lease.fold.trial, lease.fold.fold, {avoid, home});
  step.record(id_,
              change::FoldChanged{lease.fold, FoldState::kPending, std::nullopt, step.now().wall});
}

void StudyEngine::send_stop(const Lease& lease, EndCause cause, Step& step) {
  // A worker that is away hears it when it comes back: the attempt is then not among those to keep.
  if (const auto session = commons_.workers.session_of(lease.worker))
    step.perform(effect::SendStop{*session, lease.attempt, cause});
}

void StudyEngine::end_trial(TrialRecord& trial, TrialEnd end, Step& step) {
  close_folds(trial, end.cause == EndCause::kPruned ? EndCause::kPruned : EndCause::kCancelled,
              step);
  trial.state = end.state;
  trial.value = end.value;
  trial.estimated = end.estimated;
  if (counts_for_budget(trial.state)) {
    trial.metrics = trial.further_values(*spec_);
    trial.violation = spec_->violation(trial.value.value_or(NAN), trial.metrics);
  }
  trial.observe(*spec_);
  --running_;
  if (counts_for_budget(trial.state)) ++counted_;
  if (trial.state == TrialState::kCompleted) pruning_->add_completed(trial);
  desk_.history_changed();
  step.record(id_, change::TrialEnded{{id_, trial.number},
                                      end.state,
                                      end.value,
                                      end.cause,
                                      end.message,
                                      end.decision,
                                      step.now().wall,
                                      trial.metrics,
                                      trial.violation,
                                      trial.estimated});
  drop_checkpoints(trial, step);
  note_failures(trial, end, step);
  finish_if_done(step);
}

void StudyEngine::close_folds(TrialRecord& trial, EndCause cause, Step& step) {
  queue_.erase(trial.number);
  for (size_t i = 0; i < trial.folds.size(); ++i) {
    FoldRecord& fold = trial.folds[i];
    if (fold.live) {
      const Lease lease = *commons_.leases.find(fold.live->id);
      send_stop(lease, cause, step);
      end_attempt(lease, {AttemptState::kStopped, cause, {}}, step);
    }
    if (is_finished(fold.state)) continue;
    fold.state = FoldState::kStopped;
    fold.value = fold.last_value();
    step.record(id_, change::FoldChanged{{id_, trial.number, FoldIndex(static_cast<int64_t>(i))},
                                         fold.state,
                                         fold.value,
                                         step.now().wall});
  }
}

void StudyEngine::drop_checkpoints(TrialRecord& trial, Step& step) {
  for (size_t i = 0; i < trial.folds.size(); ++i)
    drop_checkpoint({id_, trial.number, FoldIndex(static_cast<int64_t>(i))}, step);
}

void StudyEngine::withdraw_checkpoint(const FoldKey& key, Step& step) {
  FoldRecord& fold = fold_of(key);
  const std::optional<Checkpoint> useless =
      std::exchange(fold.checkpoint, std::exchange(fold.earlier_checkpoint, std::nullopt));
  step.record(id_, change::CheckpointWithdrawn{key, useless->epoch});
  release(useless, step);
}

void StudyEngine::drop_checkpoint(const FoldKey& key, Step& step) {
  FoldRecord& fold = fold_of(key);
  if (!fold.checkpoint) return;
  step.record(id_, change::CheckpointDropped{key});
  release(std::exchange(fold.checkpoint, std::nullopt), step);
  release(std::exchange(fold.earlier_checkpoint, std::nullopt), step);
}

void StudyEngine::release(const std::optional<Checkpoint>& checkpoint, Step& step) {
  if (checkpoint && commons_.artifacts.remove(checkpoint->artifact))
    step.perform(effect::DeleteArtifact{checkpoint->artifact});
}

void StudyEngine::discard_unreferenced(const ArtifactRef& artifact, Step& step) {
  if (!commons_.artifacts.contains(artifact)) step.perform(effect::DeleteArtifact{artifact});
}

void StudyEngine::note_failures(const TrialRecord& trial, const TrialEnd& end, Step& step) {
  if (counts_for_budget(end.state)) consecutive_failures_ = 0;
  if (end.state != TrialState::kFailed) return;
  ++consecutive_failures_;
  if (budget_before_stop_ && running_ > 0) set_budget(counted_ + running_, step);
  int limit = commons_.options.max_consecutive_failures;
  if (!worked_once_ && is_about_the_study(end.cause))
    limit = std::min(limit, commons_.options.max_failures_before_first_epoch);
  if (is_finished(state_) || (consecutive_failures_ < limit && !all_given_failed())) return;
  fail(concat(consecutive_failures_, " trials failed in a row; the last, trial ",
              trial.number.value, ": ", to_string(end.cause), ": ", end.message),
       step);
}

}  // namespace foldmill::engine
