#include "coordinator/engine/study_engine.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace foldmill::engine {
namespace {

// Each file once for each record that points to it.
void add_references(const FoldSnapshot& fold, ArtifactReferences& references) {
  if (fold.checkpoint) references.add(fold.checkpoint->artifact);
  if (fold.earlier_checkpoint) references.add(fold.earlier_checkpoint->artifact);
  for (const AttemptSnapshot& attempt : fold.attempts)
    for (const auto& [name, artifact] : attempt.artifacts) references.add(artifact);
}

// The weights that the study's trials start from, or judge, stay as long as the study does.
void add_references(const StudySpec& spec, ArtifactReferences& references) {
  if (spec.model.encoder && spec.model.encoder->artifact)
    references.add(*spec.model.encoder->artifact);
  for (const ArtifactRef& model : spec.evaluate) references.add(model);
}

// What judges between folds: folds.race, or a pruning of that type.
PruningSpec race_of(const StudySpec& spec) {
  if (spec.pruning.type == "race") return spec.pruning;
  PruningSpec race{.type = "none"};
  if (spec.schedule.race) {
    race.type = "race";
    race.confidence = spec.schedule.race->confidence;
    race.min_folds = spec.schedule.race->min_folds;
  }
  return race;
}

std::optional<Milliseconds> asked_lease(const TrialRecord& trial) {
  return trial.asks.empty() ? std::nullopt : std::optional(trial.asks.back().lease);
}

}  // namespace

StudyEngine::StudyEngine(StudyId id, StudySpec spec, StudyState state, WallTime created,
                         Commons& commons)
    : id_(id),
      spec_(std::make_shared<const StudySpec>(std::move(spec))),
      state_(state),
      created_(created),
      commons_(commons),
      progress_(commons.options.stall) {
  auto pruner = sampler::make_pruner(spec_->pruning);
  auto race = sampler::make_pruner(race_of(*spec_));
  pruner_status_ = pruner.ok() ? race.status() : pruner.status();
  pruning_ = std::make_unique<PruningMonitor>(pruner.ok() ? std::move(pruner).value() : nullptr,
                                              race.ok() ? std::move(race).value() : nullptr,
                                              spec_->objective.direction, spec_->folds_per_trial(),
                                              spec_->max_epochs());
}

Result<std::unique_ptr<StudyEngine>> StudyEngine::create(StudyId id, StudySpec spec,
                                                         Commons& commons, Step& step) {
  std::unique_ptr<StudyEngine> study(
      new StudyEngine(id, std::move(spec), StudyState::kActive, step.now().wall, commons));
  FOLDMILL_RETURN_IF_ERROR(study->pruner_status_);
  add_references(study->spec(), commons.artifacts);
  step.record(id, change::StudyCreated{id, study->spec(), step.now().wall});
  return study;
}

StudyEngine::StudyEngine(const StudySnapshot& snapshot, Commons& commons, Now now)
    : StudyEngine(snapshot.id, snapshot.spec, snapshot.state, snapshot.created, commons) {
  add_references(*spec_, commons_.artifacts);
  std::vector<std::pair<WallTime, bool>> ends;  // when, and whether failed
  for (const TrialSnapshot& recorded : snapshot.trials) {
    TrialRecord& trial = trials_.emplace_back(make_trial(recorded));
    trial.observe(*spec_);
    if (trial.enqueued) ++enqueued_;
    for (const AskSnapshot& ask : trial.asks) asked_[ask.key] = trial.number;
    if (counts_for_budget(trial.state)) ++counted_;
    pruning_->load(trial);
    if (recorded.ended && trial.state != TrialState::kCancelled)
      ends.emplace_back(*recorded.ended, trial.state == TrialState::kFailed);
    for (size_t i = 0; i < trial.folds.size(); ++i) {
      const FoldRecord& fold = trial.folds[i];
      const FoldIndex index(static_cast<int64_t>(i));
      worked_once_ = worked_once_ || fold.curve.last_epoch() > 0;
      add_references(recorded.folds[i], commons_.artifacts);
      if (fold.live) {
        ++live_;
        const AttemptSnapshot& attempt = recorded.folds[i].attempts.back();
        commons_.leases.grant({attempt.id,
                               {id_, trial.number, index},
                               attempt.worker,
                               attempt.slot,
                               asked_lease(trial),
                               attempt.leased},
                              now.steady);
        watch_progress(*commons_.leases.find(attempt.id), now);
      }
    }
    if (trial.state == TrialState::kRunning) {
      queue_due_folds(trial);
      send_home(recorded);
    }
    if (trial.state == TrialState::kRunning) ++running_;
  }
  std::stable_sort(ends.begin(), ends.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [when, failed] : ends)
    consecutive_failures_ = failed ? consecutive_failures_ + 1 : 0;
}

std::string StudyEngine::describe() const {
  return concat(spec_->name, " is ", to_string(state_), ": ", counted_, " of ", spec_->trials,
                " trials, ", running_, " running");
}

TrialRecord& StudyEngine::trial_of(const FoldKey& key) {
  return trials_[static_cast<size_t>(key.trial.value)];
}

FoldRecord& StudyEngine::fold_of(const FoldKey& key) {
  return trial_of(key).folds[static_cast<size_t>(key.fold.value)];
}

void StudyEngine::look(Step& step) {
  if (state_ == StudyState::kActive && !pruner_status_.ok())
    fail(pruner_status_.with_context("making the pruner").message(), step);
  take_back_stalled(step);
  finish_if_done(step);
}

std::optional<SteadyTime> StudyEngine::deadline(Now now) const {
  const std::optional<SteadyTime> look = progress_.next_look();
  if (!spec_->timeout_seconds || state_ != StudyState::kActive || over_time(now.wall)) return look;
  const WallTime end = created_ + std::chrono::seconds(*spec_->timeout_seconds);
  // Rounded up, so that the time has really passed when the timer fires.
  const SteadyTime limit = now.steady + std::chrono::ceil<Milliseconds>(end - now.wall);
  return look ? std::min(*look, limit) : limit;
}

bool StudyEngine::over_time(WallTime now) const {
  return spec_->timeout_seconds && now >= created_ + std::chrono::seconds(*spec_->timeout_seconds);
}

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

void StudyEngine::set_state(StudyState state, std::string reason, Step& step) {
  state_ = state;
  exhausted_.reset();  // is found out anew where it matters
  step.record(id_, change::StudyStateChanged{id_, state, std::move(reason), step.now().wall});
  if (state == StudyState::kCompleted) {
    step.note_completed(spec_->name);
    follow_up(step);
  }
}

void StudyEngine::set_budget(int64_t trials, Step& step) {
  auto spec = std::make_shared<StudySpec>(*spec_);
  spec->trials = trials;
  spec_ = std::move(spec);
  step.record(id_, change::StudyExtended{id_, trials, step.now().wall});
}

void StudyEngine::finish_if_done(Step& step) {
  if (is_finished(state_) || running_ > 0) return;
  const bool late = over_time(step.now().wall);
  if (counted_ < spec_->trials && !late && !exhausted_ && !budget_before_stop_ &&
      !has_begun_all_given())
    return;
  std::string reason;
  if (budget_before_stop_) {
    reason = "stopped on request";
    set_budget(*std::exchange(budget_before_stop_, std::nullopt), step);
  } else if (exhausted_) {
    reason = *exhausted_;
  } else if (counted_ < spec_->trials && has_begun_all_given()) {
    reason = concat(spec_->trials - counted_, " of its ", spec_->trials, " trials failed");
  } else if (counted_ < spec_->trials) {
    reason = concat("its time limit of ", *spec_->timeout_seconds, " s has passed");
  }
  set_state(StudyState::kCompleted, std::move(reason), step);
}

void StudyEngine::fail(std::string reason, Step& step) {
  // Its trials stay as they are, so that `study resume` can go on with them.
  set_state(StudyState::kFailed, std::move(reason), step);
  stop_live_attempts(EndCause::kPreempted, step);
}

}  // namespace foldmill::engine
