// One study's trials and folds, from the question to the sampler to a slot.

#include <utility>

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {

bool StudyEngine::wants_trial(WallTime now) const {
  return state_ == StudyState::kActive && counted_ + running_ < spec_->trials && !exhausted_ &&
         !has_begun_all_given() && !over_time(now) && !waits_for_encoder();
}

bool StudyEngine::next_is_enqueued() const {
  return !first_asker_fixes() &&
         (spec_->origin ? !spec_->enqueue.empty()
                        : enqueued_ < static_cast<int64_t>(spec_->enqueue.size()));
}

const ParameterSet& StudyEngine::next_fixed() const {
  static const ParameterSet kNothing;
  if (first_asker_fixes()) return asks_.front().what.fixed;
  return next_is_enqueued() ? spec_->enqueue[static_cast<size_t>(enqueued_) % spec_->enqueue.size()]
                            : kNothing;
}

bool StudyEngine::has_somebody_waiting(WallTime now) const {
  return !asks_.empty() || (awaits_suggestion(now) && commons_.workers.any_free_fits(*spec_));
}

void StudyEngine::ask_ahead(Step& step) {
  desk_.drop_if_outdated();
  const ParameterSet& fixed = next_fixed();
  if (!wants_trial(step.now().wall) || !desk_.wants_to_ask(fixed)) return;
  std::vector<sampler::History::Entry> entries;
  entries.reserve(trials_.size());
  for (const TrialRecord& trial : trials_)
    if (trial.state != TrialState::kCancelled) entries.push_back(trial.observation);
  const bool awaited = has_somebody_waiting(step.now().wall);
  desk_.asked(fixed, awaited);
  step.perform(
      effect::AskSampler{.study = id_,
                         .trial = TrialNumber(static_cast<int64_t>(trials_.size())),
                         .history_version = desk_.version(),
                         .spec = spec_,
                         .history = sampler::History(std::move(entries), pruning_->fold_variance()),
                         .fixed = fixed,
                         .awaited = awaited});
}

void StudyEngine::suggestion_ready(event::SuggestionReady answer, Step& step) {
  if (!desk_.answers(answer.history_version)) return;
  if (!desk_.is_in_time(answer.history_version)) return;
  if (answer.params.status().code() == StatusCode::kOutOfRange) {
    exhausted_ = answer.params.status().message();
    finish_if_done(step);
    return;
  }
  Status sound = answer.params.status();
  if (sound.ok()) sound = spec_->space.validate(*answer.params);
  if (sound.ok())
    desk_.keep(std::move(answer.params).value(), answer.history_version);
  else if (!is_finished(state_))
    fail(concat("no parameters for trial ", answer.trial.value, " from sampler ",
                spec_->sampler.type, ": ", sound.message()),
         step);
}

bool StudyEngine::wants_slot(WallTime now) const {
  if (!may_take_slot()) return false;
  return !queue_.empty() || (wants_trial(now) && desk_.ready(next_fixed()));
}

bool StudyEngine::awaits_suggestion(WallTime now) const {
  return may_take_slot() && queue_.empty() && wants_trial(now) && !desk_.ready(next_fixed());
}

bool StudyEngine::may_take_slot() const {
  return state_ == StudyState::kActive && !is_trained_outside(spec_->model) &&
         (!spec_->parallel || live_ < *spec_->parallel);
}

SlotWish StudyEngine::wish_for(WorkerId worker) const {
  if (queue_.home_of_first() == worker) return SlotWish::kCheckpoint;
  return commons_.workers.get(worker).data.contains(data_key()) ? SlotWish::kData : SlotWish::kAny;
}

bool StudyEngine::offer(const FreeSlot& slot, Step& step) {
  const Worker& worker = commons_.workers.get(slot.worker);
  if (!wants_slot(step.now().wall) || !worker.fits(*spec_) ||
      worker.free() < spec_->resources.slots)
    return false;
  const bool only_worker = queue_.empty() || !commons_.workers.another_fits(slot.worker, *spec_);
  auto fold = queue_.take(slot.worker, only_worker);
  if (!fold) {
    if (!wants_trial(step.now().wall) || !desk_.ready(next_fixed())) return false;
    begin_trial(step);
    fold = queue_.take(slot.worker, only_worker);  // of the new trial: none of them avoids anyone
  }
  lease_fold(fold->first, fold->second, slot, step);
  return true;
}

void StudyEngine::begin_trial(Step& step) {
  const TrialNumber number(static_cast<int64_t>(trials_.size()));
  TrialRecord& trial = trials_.emplace_back(
      make_trial(number, desk_.take(), next_is_enqueued(), spec_->folds_per_trial()));
  trial.observe(*spec_);
  queue_due_folds(trial);
  ++running_;
  if (trial.enqueued) ++enqueued_;
  desk_.history_changed();
  step.record(
      id_,
      change::TrialCreated{
          {id_, number}, trial.params, trial.enqueued, spec_->folds_per_trial(), step.now().wall});
}

void StudyEngine::queue_due_folds(const TrialRecord& trial) {
  for (const FoldIndex fold : trial.due_folds(*spec_)) queue_.add(trial.number, fold);
}

// Waiting folds with a checkpoint go best to where it was made.
void StudyEngine::send_home(const TrialSnapshot& recorded) {
  for (size_t i = 0; i < recorded.folds.size(); ++i)
    if (const FoldSnapshot& fold = recorded.folds[i];
        fold.state == FoldState::kPending && fold.checkpoint && !fold.attempts.empty())
      queue_.push(recorded.number, FoldIndex(static_cast<int64_t>(i)),
                  {.home = fold.attempts.back().worker});
}

void StudyEngine::lease_fold(TrialNumber trial, FoldIndex index, const FreeSlot& slot, Step& step) {
  const FoldKey key{id_, trial, index};
  const Lease lease = open_attempt({.fold = key, .worker = slot.worker, .slot = slot.slot},
                                   fold_of(key).resume_epoch(), step);
  commons_.workers.occupy(slot.worker, slot.slot, spec_->resources.slots, lease.attempt);
  commons_.workers.note_data(slot.worker, data_key());
  step.perform(
      effect::SendAssignment{slot.session, slot.slot, make_assignment(lease), lease.leased});
}

Lease StudyEngine::open_attempt(Lease lease, int64_t first_epoch, Step& step) {
  FoldRecord& fold = fold_of(lease.fold);
  lease.attempt = AttemptId(++commons_.last_attempt.value);
  lease.leased = step.now().wall;
  fold.state = FoldState::kLeased;
  fold.live = LiveAttempt{.id = lease.attempt, .first_epoch = first_epoch};
  fold.truncate(first_epoch - 1);
  pruning_->truncated(trial_of(lease.fold), lease.fold.fold);
  ++live_;
  commons_.leases.grant(lease, step.now().steady);
  watch_progress(lease, step.now());
  step.record(id_, change::AttemptLeased{lease.attempt, lease.fold, ++fold.attempts, lease.worker,
                                         lease.slot, first_epoch, lease.leased});
  return lease;
}

Assignment StudyEngine::make_assignment(const Lease& lease) const {
  const TrialRecord& trial = trials_[static_cast<size_t>(lease.fold.trial.value)];
  ParameterSet params = spec_->constants;
  for (const auto& [name, value] : trial.params) params.set(name, value);
  return {.attempt = lease.attempt,
          .fold = lease.fold,
          .study_name = spec_->name,
          .seed = spec_->seed,
          .data = spec_->data,
          .model = spec_->model,
          .folds = spec_->folds,
          .params = std::move(params),
          .objective = spec_->objective,
          .epochs = spec_->epochs(trial.params),
          .checkpoint_every_epochs = spec_->resources.checkpoint_every_epochs,
          .slots = spec_->resources.slots,
          .evaluate =
              spec_->evaluate.empty()
                  ? std::nullopt
                  : std::optional(spec_->evaluate.at(static_cast<size_t>(lease.fold.fold.value))),
          .resume_from = trial.folds[static_cast<size_t>(lease.fold.fold.value)].checkpoint};
}

}  // namespace foldmill::engine
