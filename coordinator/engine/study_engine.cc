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

// How many trials failed in a row, up to the one that ended last, since the study became active.
int failures_at_the_end(const StudySnapshot& study) {
  std::vector<std::pair<WallTime, bool>> ends;  // when, and whether failed
  for (const TrialSnapshot& trial : study.trials)
    if (trial.ended && trial.state != TrialState::kCancelled &&
        (!study.resumed || *trial.ended > *study.resumed))
      ends.emplace_back(*trial.ended, trial.state == TrialState::kFailed);
  std::stable_sort(ends.begin(), ends.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto last_success =
      std::find_if(ends.rbegin(), ends.rend(), [](const auto& end) { return !end.second; });
  return static_cast<int>(last_success - ends.rbegin());
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
  for (const TrialSnapshot& recorded : snapshot.trials) take_up(recorded, now);
  consecutive_failures_ = failures_at_the_end(snapshot);
  budget_before_stop_ = snapshot.trials_before_stop;
}

void StudyEngine::take_up(const TrialSnapshot& recorded, Now now) {
  TrialRecord& trial = trials_.emplace_back(make_trial(recorded));
  trial.observe(*spec_);
  if (trial.enqueued) ++enqueued_;
  for (const AskSnapshot& ask : trial.asks) asked_[ask.key] = trial.number;
  if (counts_for_budget(trial.state)) ++counted_;
  pruning_->load(trial);
  for (size_t i = 0; i < trial.folds.size(); ++i) {
    worked_once_ = worked_once_ || trial.folds[i].curve.last_epoch() > 0;
    add_references(recorded.folds[i], commons_.artifacts);
    if (trial.folds[i].live)
      lease_again(trial, FoldIndex(static_cast<int64_t>(i)), recorded.folds[i].attempts.back(),
                  now);
  }
  if (trial.state != TrialState::kRunning) return;
  queue_due_folds(trial);
  send_home(recorded);
  ++running_;
}

void StudyEngine::lease_again(const TrialRecord& trial, FoldIndex fold,
                              const AttemptSnapshot& attempt, Now now) {
  ++live_;
  const Lease lease{attempt.id,   {id_, trial.number, fold}, attempt.worker,
                    attempt.slot, asked_lease(trial),        attempt.leased};
  commons_.leases.grant(lease, now.steady);
  watch_progress(lease, now);
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

void StudyEngine::set_state(StudyState state, std::string reason, Step& step) {
  if (state == StudyState::kActive && state_ != state) consecutive_failures_ = 0;
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
  step.record(id_, change::StudyExtended{id_, trials, step.now().wall, budget_before_stop_});
}

void StudyEngine::put_budget_back(Step& step) {
  if (budget_before_stop_) set_budget(*std::exchange(budget_before_stop_, std::nullopt), step);
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
    put_budget_back(step);
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
