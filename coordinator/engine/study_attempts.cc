// How one study's attempts end, and what follows for its folds and trials.

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

// The name of one that is said to have been kept and is not known as that; null: there is none.
const std::string* first_missing(const NamedArtifacts& kept, const NamedArtifacts& known) {
  for (const auto& [name, artifact] : kept)
    if (const auto found = known.find(name); found == known.end() || found->second != artifact)
      return &name;
  return nullptr;
}

}  // namespace

void StudyEngine::finished(const Lease& lease, AttemptOutcome outcome, const NamedArtifacts& kept,
                           Step& step) {
  const std::string* missing = first_missing(kept, fold_of(lease.fold).live->artifacts);
  if (outcome.state == AttemptState::kSucceeded && missing != nullptr)
    let_down(lease,
             concat("it has succeeded, but its artifact '", *missing,
                    "' was not recorded here: it had gone when it was named, or this database is a"
                    " copy older than what the worker was told"),
             step);
  else
    ended(lease, std::move(outcome), step);
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
  } else if (outcome.state == AttemptState::kSucceeded && fold_of(lease.fold).live->inherited) {
    part_with(lease,
              compare_epochs(lease, concat("it has succeeded, but of its ", epochs, " epochs")),
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

// Stopping costs no retry, so without a reason it could go on for ever. That it was leased before a
// restart is one because what was asked of it then is not known any more.
bool StudyEngine::may_stop(const Lease& lease) {
  const LiveAttempt& attempt = *fold_of(lease.fold).live;
  return attempt.stop_asked || attempt.inherited || commons_.workers.get(lease.worker).draining;
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
  if (could_not_go_on(fold, outcome.cause)) {
    give_up_checkpoint(lease, std::move(outcome), step);
    return;
  }
  const EndCause cause = outcome.cause;
  const std::string message = outcome.message;
  end_attempt(lease, std::move(outcome), step);
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

// From an earlier epoch once more: that costs time, where the same file would cost the trial. The
// fault is the file's, so it is recorded as no failure: it counts among no retries.
void StudyEngine::give_up_checkpoint(const Lease& lease, AttemptOutcome outcome, Step& step) {
  outcome.state = AttemptState::kStopped;
  outcome.message = concat("could not go on from the checkpoint of epoch ",
                           fold_of(lease.fold).checkpoint->epoch, ": ", outcome.message);
  end_attempt(lease, std::move(outcome), step);
  withdraw_checkpoint(lease.fold, step);
  requeue(lease, std::nullopt, step);
}

// A worker says epochs one by one and keeps what was not acknowledged. So what is missing of an
// attempt that an earlier coordinator leased was acknowledged, in a database that had gone on
// further than this one: a backup was returned to. That is nobody's fault and costs no retry. It
// cannot happen to the next attempt, which is this coordinator's.
void StudyEngine::part_with(const Lease& lease, std::string why, Step& step) {
  end_attempt(lease, {AttemptState::kStopped, EndCause::kPreempted, std::move(why)}, step);
  requeue(lease, std::nullopt, step);
}

std::string StudyEngine::compare_epochs(const Lease& lease, std::string_view claim) {
  return concat(claim, " this database knows ", fold_of(lease.fold).curve.last_epoch(),
                ": it is a copy older than what the worker was told");
}

// What it was to leave is not all here, so it has not succeeded, though it says so. Of an attempt
// that this very coordinator has leased somebody has lost it: that counts among the retries, so
// that it does not go on for ever. All is trained again, because who went on from the last epochs
// might not make it again.
void StudyEngine::let_down(const Lease& lease, std::string why, Step& step) {
  drop_checkpoint(lease.fold, step);
  if (fold_of(lease.fold).live->inherited)
    part_with(lease, std::move(why), step);
  else
    fail_attempt(lease, {AttemptState::kLost, EndCause::kLost, std::move(why)}, step);
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
