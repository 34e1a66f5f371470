#include "tests/support/change_ledger.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace foldmill::testing {
namespace {

bool has_live_attempt(const FoldSnapshot& fold) {
  return !fold.attempts.empty() && foldmill::is_live(fold.attempts.back().state);
}

bool refers_to(const FoldSnapshot& fold, const ArtifactRef& file) {
  for (const auto& checkpoint : {fold.checkpoint, fold.earlier_checkpoint})
    if (checkpoint && checkpoint->artifact == file) return true;
  for (const AttemptSnapshot& attempt : fold.attempts)
    for (const auto& [name, artifact] : attempt.artifacts)
      if (artifact == file) return true;
  return false;
}

std::string name(const FoldKey& key) {
  return concat("trial ", key.trial.value, " fold ", key.fold.value);
}

}  // namespace

void ChangeLedger::apply(const Change& change) {
  std::visit([&](const auto& fact) { on(fact); }, change);
}

Snapshot ChangeLedger::snapshot() const {
  Snapshot snapshot;
  for (const auto& [id, study] : studies_) snapshot.studies.push_back(study.facts);
  for (const auto& [id, seen] : workers_) snapshot.workers.push_back({id, seen.name});
  if (!attempts_.empty()) snapshot.last_attempt = attempts_.rbegin()->first;
  return snapshot;
}

const change::TrialEnded* ChangeLedger::end_of(const TrialKey& key) const {
  const auto end = trial_ends_.find(key);
  return end == trial_ends_.end() ? nullptr : &end->second;
}

const change::AttemptEnded* ChangeLedger::end_of(AttemptId attempt) const {
  const auto end = attempt_ends_.find(attempt);
  return end == attempt_ends_.end() ? nullptr : &end->second;
}

const change::WorkerSeen* ChangeLedger::worker(const std::string& worker_name) const {
  for (const auto& [id, seen] : workers_)
    if (seen.name == worker_name) return &seen;
  return nullptr;
}

bool ChangeLedger::is_referenced(const ArtifactRef& artifact) const {
  for (const auto& [id, study] : studies_) {
    const auto& encoder = study.facts.spec.model.encoder;
    if (encoder && encoder->artifact == artifact) return true;
    for (const TrialSnapshot& trial : study.facts.trials)
      if (std::any_of(trial.folds.begin(), trial.folds.end(),
                      [&](const FoldSnapshot& fold) { return refers_to(fold, artifact); }))
        return true;
  }
  return false;
}

int64_t ChangeLedger::count(StudyId id, TrialState state) const {
  const auto& trials = study(id).trials;
  return std::count_if(trials.begin(), trials.end(),
                       [&](const TrialSnapshot& trial) { return trial.state == state; });
}

int64_t ChangeLedger::live_attempts(StudyId id) const {
  int64_t live = 0;
  for (const TrialSnapshot& trial : study(id).trials)
    live += std::count_if(trial.folds.begin(), trial.folds.end(), has_live_attempt);
  return live;
}

void ChangeLedger::on(const change::StudyCreated& created) {
  expect(!studies_.contains(created.study), "a study is created once");
  StudySnapshot facts;
  facts.id = created.study;
  facts.spec = created.spec;
  facts.created = created.at;
  studies_[created.study] = {std::move(facts), {}};
}

void ChangeLedger::on(const change::StudyStateChanged& changed) {
  Study& study = studies_.at(changed.study);
  if (changed.state == StudyState::kActive && study.facts.state != changed.state)
    study.facts.resumed = changed.at;
  study.facts.state = changed.state;
  study.reason = changed.reason;
}

void ChangeLedger::on(const change::StudyExtended& extended) {
  StudySnapshot& study = studies_.at(extended.study).facts;
  study.spec.trials = extended.trials;
  study.trials_before_stop = extended.before_stop;
  expect_budget_kept(study);
}

void ChangeLedger::on(const change::EncoderFound& found) {
  StudySpec& spec = studies_.at(found.study).facts.spec;
  expect(spec.model.encoder && !spec.model.encoder->artifact, "an encoder is found once");
  spec.model.encoder->artifact = found.artifact;
}

void ChangeLedger::on(const change::FinalStagesSet& set) {
  studies_.at(set.study).facts.spec.final_stages = set.stages;
}

void ChangeLedger::on(const change::TrialCreated& created) {
  StudySnapshot& study = studies_.at(created.trial.study).facts;
  expect(study.state == StudyState::kActive, "trials begin in active studies only");
  expect(created.trial.trial.value == static_cast<int64_t>(study.trials.size()),
         "trial numbers have no gaps");
  expect(created.folds == study.spec.folds_per_trial(), "a trial has all folds of the plan");
  TrialSnapshot& trial = study.trials.emplace_back();
  trial.number = created.trial.trial;
  trial.params = created.params;
  trial.enqueued = created.enqueued;
  trial.created = created.at;
  trial.folds.resize(static_cast<size_t>(created.folds));
  expect_budget_kept(study);
}

void ChangeLedger::on(const change::TrialEnded& ended) {
  StudySnapshot& study = studies_.at(ended.trial.study).facts;
  TrialSnapshot& facts = trial(ended.trial.study, ended.trial.trial);
  expect(facts.state == TrialState::kRunning, "a trial ends once");
  expect(is_finished(ended.state), "a trial ends in a finished state");
  for (const FoldSnapshot& fold : facts.folds) {
    expect(!has_live_attempt(fold), "nothing trains for a trial that has ended");
    expect(is_finished(fold.state), "all folds of an ended trial have ended");
    expect(ended.state != TrialState::kCompleted || fold.state == FoldState::kCompleted,
           "a completed trial has completed all its folds");
  }
  facts.state = ended.state;
  facts.value = ended.value;
  facts.metrics = ended.metrics;
  facts.violation = ended.violation;
  facts.estimated = ended.estimated;
  facts.cause = ended.cause;
  facts.ended = ended.at;
  trial_ends_[ended.trial] = ended;
  expect_budget_kept(study);
}

void ChangeLedger::on(const change::FoldChanged& changed) {
  FoldSnapshot& facts = fold(changed.fold);
  expect(!is_finished(facts.state), name(changed.fold) + " ends once");
  expect(!has_live_attempt(facts), name(changed.fold) + " changes after its attempt has ended");
  const StudySpec& spec = study(changed.fold.study).spec;
  if (changed.state == FoldState::kCompleted && !is_trained_outside(spec.model))
    expect(static_cast<int64_t>(facts.curve.size()) ==
               spec.epochs(trial(changed.fold.study, changed.fold.trial).params),
           name(changed.fold) + " is complete only with all its epochs");
  facts.state = changed.state;
  facts.value = changed.value;
}

void ChangeLedger::on(const change::AttemptLeased& leased) {
  FoldSnapshot& facts = fold(leased.fold);
  const StudySnapshot& study = studies_.at(leased.fold.study).facts;
  const bool outside = is_trained_outside(study.spec.model);
  // Whoever held it and comes back in time goes on with it, whatever the study does meanwhile.
  expect(study.state == StudyState::kActive || (outside && !facts.attempts.empty()),
         "leases are given in active studies only");
  expect(facts.state == FoldState::kPending && !has_live_attempt(facts),
         name(leased.fold) + " has at most one live attempt");
  expect(trial(leased.fold.study, leased.fold.trial).state == TrialState::kRunning,
         "only running trials have attempts");
  expect(attempts_.empty() || attempts_.rbegin()->first < leased.attempt, "attempt ids rise");
  expect(leased.number == static_cast<int64_t>(facts.attempts.size()) + 1,
         name(leased.fold) + ": the fencing number rises by one");
  expect(outside || leased.first_epoch == (facts.checkpoint ? facts.checkpoint->epoch + 1 : 1),
         name(leased.fold) + " goes on where its checkpoint is");
  expect(leased.first_epoch <= static_cast<int64_t>(facts.curve.size()) + 1,
         name(leased.fold) + " leaves no gap");
  facts.state = FoldState::kLeased;
  facts.curve.resize(static_cast<size_t>(leased.first_epoch - 1));
  for (std::vector<double>& curve : facts.more_curves) curve.resize(facts.curve.size());
  facts.attempts.push_back({.id = leased.attempt,
                            .number = leased.number,
                            .worker = leased.worker,
                            .slot = leased.slot,
                            .first_epoch = leased.first_epoch,
                            .leased = leased.at});
  attempts_[leased.attempt] = leased.fold;
  if (study.spec.parallel && !outside)
    expect(live_attempts(study.id) <= *study.spec.parallel, "`parallel` caps the live attempts");
}

void ChangeLedger::on(const change::AttemptStarted& started) {
  expect(is_live(started.attempt), "only a live attempt starts");
  attempt(started.attempt).state = AttemptState::kRunning;
}

void ChangeLedger::on(const change::AttemptEnded& ended) {
  expect(is_live(ended.attempt), "an attempt ends once");
  attempt(ended.attempt).state = ended.outcome.state;
  attempt(ended.attempt).cause = ended.outcome.cause;
  attempt_ends_[ended.attempt] = ended;
}

void ChangeLedger::on(const change::EpochReported& reported) {
  FoldSnapshot& facts = fold(reported.fold);
  expect(is_live(reported.attempt) && attempts_.at(reported.attempt) == reported.fold,
         "only the live attempt of a fold writes");
  expect(reported.report.epoch == static_cast<int64_t>(facts.curve.size()) + 1,
         name(reported.fold) + " has neither gap nor duplicate");
  facts.curve.push_back(reported.value);
  const std::vector<std::string> further = study(reported.fold.study).spec.further_metrics();
  facts.more_curves.resize(further.size());
  for (size_t i = 0; i < further.size(); ++i) {
    const std::optional<double> value = reported.report.metric(further[i]);
    expect(value.has_value(), name(reported.fold) + " has every metric that the study judges by");
    facts.more_curves[i].push_back(value.value_or(0));
  }
}

void ChangeLedger::on(const change::CheckpointRecorded& recorded) {
  expect(is_live(recorded.attempt), "only a live attempt saves a checkpoint");
  FoldSnapshot& facts = fold(recorded.fold);
  expect(recorded.checkpoint.epoch <= static_cast<int64_t>(facts.curve.size()),
         "a checkpoint is of a reported epoch");
  if (facts.checkpoint) facts.earlier_checkpoint = facts.checkpoint;
  facts.checkpoint = recorded.checkpoint;
}

void ChangeLedger::on(const change::ArtifactRecorded& recorded) {
  expect(is_live(recorded.attempt), "only a live attempt saves an artifact");
  std::map<std::string, ArtifactRef>& artifacts = attempt(recorded.attempt).artifacts;
  const auto known = artifacts.find(recorded.name);
  expect(known == artifacts.end() || known->second != recorded.artifact,
         "an artifact is recorded once");
  artifacts[recorded.name] = recorded.artifact;
}

void ChangeLedger::on(const change::CheckpointWithdrawn& withdrawn) {
  FoldSnapshot& facts = fold(withdrawn.fold);
  expect(facts.checkpoint && facts.checkpoint->epoch == withdrawn.epoch,
         "only the latest checkpoint is withdrawn");
  facts.checkpoint = facts.earlier_checkpoint;
  facts.earlier_checkpoint.reset();
}

void ChangeLedger::on(const change::CheckpointDropped& dropped) {
  FoldSnapshot& facts = fold(dropped.fold);
  expect(facts.checkpoint.has_value(), "a checkpoint is dropped once");
  facts.checkpoint.reset();
  facts.earlier_checkpoint.reset();
}

void ChangeLedger::on(const change::TrialAsked& asked) {
  const StudySnapshot& study = studies_.at(asked.trial.study).facts;
  TrialSnapshot& facts = trial(asked.trial.study, asked.trial.trial);
  expect(study.state == StudyState::kActive, "trials are handed out in active studies only");
  expect(facts.state == TrialState::kRunning, "only a running trial is handed out");
  expect(std::none_of(facts.folds.begin(), facts.folds.end(), has_live_attempt),
         "a trial has one holder");
  expect(asked.number == static_cast<int64_t>(facts.asks.size()) + 1,
         "the numbers of leases rise by one");
  expect(workers_.contains(asked.holder), "a holder is known");
  facts.asks.push_back({asked.number, asked.key, asked.holder, asked.lease});
}

void ChangeLedger::on(const change::PointEnqueued& enqueued) {
  auto& queue = studies_.at(enqueued.study).facts.spec.enqueue;
  expect(enqueued.position == static_cast<int64_t>(queue.size()), "points are enqueued in order");
  queue.push_back(enqueued.point);
}

void ChangeLedger::on(const change::WorkerSeen& seen) { workers_[seen.worker] = seen; }

void ChangeLedger::expect(bool holds, std::string invariant) {
  if (!holds) violations_.push_back(std::move(invariant));
}

TrialSnapshot& ChangeLedger::trial(StudyId study, TrialNumber number) {
  return studies_.at(study).facts.trials.at(static_cast<size_t>(number.value));
}

FoldSnapshot& ChangeLedger::fold(const FoldKey& key) {
  return trial(key.study, key.trial).folds.at(static_cast<size_t>(key.fold.value));
}

AttemptSnapshot& ChangeLedger::attempt(AttemptId id) {
  std::vector<AttemptSnapshot>& attempts = fold(attempts_.at(id)).attempts;
  return *std::find_if(attempts.begin(), attempts.end(),
                       [&](const AttemptSnapshot& attempt) { return attempt.id == id; });
}

bool ChangeLedger::is_live(AttemptId id) {
  return attempts_.contains(id) && foldmill::is_live(attempt(id).state);
}

void ChangeLedger::expect_budget_kept(const StudySnapshot& study) {
  const auto& trials = study.trials;
  const auto used = std::count_if(trials.begin(), trials.end(), [](const TrialSnapshot& trial) {
    return counts_for_budget(trial.state) || trial.state == TrialState::kRunning;
  });
  expect(used <= study.spec.trials, "the budget is never exceeded");
}

}  // namespace foldmill::testing
