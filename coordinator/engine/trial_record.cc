#include "coordinator/engine/trial_record.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "core/fold_statistics.h"

namespace foldmill::engine {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

FoldRecord make_fold(const FoldSnapshot& snapshot) {
  FoldRecord fold;
  fold.state = snapshot.state;
  fold.value = snapshot.value;
  for (double value : snapshot.curve) fold.curve.append(value);
  for (const std::vector<double>& values : snapshot.more_curves)
    for (LearningCurve& curve = fold.more_curves.emplace_back(); double value : values)
      curve.append(value);
  fold.checkpoint = snapshot.checkpoint;
  fold.earlier_checkpoint = snapshot.earlier_checkpoint;
  for (const AttemptSnapshot& attempt : snapshot.attempts) {
    fold.attempts = attempt.number;
    if (is_live(attempt.state))
      fold.live = LiveAttempt{.id = attempt.id,
                              .state = attempt.state,
                              .first_epoch = attempt.first_epoch,
                              .artifacts = attempt.artifacts,
                              .inherited = true};
    else if (attempt.state == AttemptState::kFailed || attempt.state == AttemptState::kLost)
      fold.tally.count(attempt.cause);
  }
  return fold;
}

// Every time that a trial is handed out, each of its unfinished folds gets an attempt; what they
// have beyond that are those of holders that were taken for lost and came back.
void restore_asks(const TrialSnapshot& snapshot, TrialRecord& trial) {
  trial.asks = snapshot.asks;
  if (trial.asks.empty() || is_finished(trial.state)) return;
  for (size_t i = 0; i < trial.folds.size(); ++i) {
    FoldRecord& fold = trial.folds[i];
    if (is_finished(fold.state)) continue;
    for (auto back = static_cast<int64_t>(trial.asks.size()); back < fold.attempts; ++back)
      fold.tally.forgive_loss();
    if (!fold.live) trial.given_back = snapshot.folds[i].attempts.back().cause != EndCause::kLost;
  }
}

}  // namespace

std::optional<double> FoldRecord::last_value() const {
  const std::optional<double> last = curve.at(curve.last_epoch());
  return last && std::isfinite(*last) ? last : std::nullopt;
}

void FoldRecord::append(double first, const std::vector<double>& further) {
  curve.append(first);
  more_curves.resize(further.size());
  for (size_t i = 0; i < further.size(); ++i) more_curves[i].append(further[i]);
}

void FoldRecord::truncate(int64_t epoch) {
  curve.truncate(epoch);
  for (LearningCurve& more : more_curves) more.truncate(epoch);
}

double TrialRecord::aggregate(const StudySpec& spec) const {
  std::vector<double> values;
  for (const FoldRecord& fold : folds) values.push_back(fold.value.value());
  return aggregate_of(values, spec.schedule.aggregate, spec.objective.direction);
}

std::vector<FoldIndex> TrialRecord::due_folds(const StudySpec& spec) const {
  const FoldOrder order =
      is_trained_outside(spec.model) ? FoldOrder::kTrialFirst : spec.schedule.order;
  std::vector<FoldIndex> due;
  if (order == FoldOrder::kInterleave &&
      std::any_of(folds.begin(), folds.end(),
                  [](const FoldRecord& fold) { return fold.state == FoldState::kLeased; }))
    return due;
  size_t allowed = folds.size();
  if (order == FoldOrder::kFirstFoldFirst && folds.front().state != FoldState::kCompleted)
    allowed = 1;
  for (size_t i = 0; i < allowed; ++i) {
    if (folds[i].state != FoldState::kPending) continue;
    due.emplace_back(static_cast<int64_t>(i));
    if (order == FoldOrder::kInterleave) break;
  }
  return due;
}

bool TrialRecord::all_folds_completed() const {
  return std::all_of(folds.begin(), folds.end(),
                     [](const FoldRecord& fold) { return fold.state == FoldState::kCompleted; });
}

MetricValues TrialRecord::further_values(const StudySpec& spec) const {
  MetricValues values;
  const std::vector<std::string> names = spec.further_metrics();
  for (size_t i = 0; i < names.size(); ++i) {
    double sum = 0;
    int count = 0;
    for (const FoldRecord& fold : folds) {
      if (fold.more_curves.empty() || fold.curve.empty()) continue;
      const int64_t epoch =
          fold.state == FoldState::kCompleted
              ? fold.curve.taken_epoch(spec.objective.take, spec.objective.direction)
              : fold.curve.last_epoch();
      sum += fold.more_curves[i].at(epoch).value_or(kNone);
      ++count;
    }
    values.emplace_back(names[i], count == 0 ? kNone : sum / count);
  }
  return values;
}

void TrialRecord::observe(const StudySpec& spec) {
  auto seen = std::make_shared<sampler::Observation>();
  seen->number = number;
  seen->state = state;
  for (const SearchParameter& parameter : spec.space.parameters()) {
    const ParameterValue* set = params.find(parameter.name);
    const std::optional<double> internal =
        set ? parameter.distribution.to_internal(*set) : std::nullopt;
    seen->internal.push_back(internal.value_or(kNone));
  }
  if (counts_for_budget(state)) {
    seen->value = value.value_or(kNone);
    seen->violation = violation;
    seen->estimated = estimated;
    seen->folds =
        std::max<int64_t>(1, std::count_if(folds.begin(), folds.end(), [](const FoldRecord& fold) {
                            return fold.state == FoldState::kCompleted;
                          }));
  }
  if (state == TrialState::kCompleted)
    for (const Goal& goal : spec.more_objectives) {
      const double further = find_metric(metrics, goal.metric).value_or(kNone);
      seen->more_losses.push_back(goal.direction == Direction::kMinimize ? further : -further);
    }
  // Only for finished trials: what a running trial has reached depends on timing, and a suggestion
  // must not.
  if (is_finished(state))
    for (const FoldRecord& fold : folds) seen->last_epoch += fold.curve.last_epoch();
  observation = std::move(seen);
}

TrialRecord make_trial(TrialNumber number, ParameterSet params, bool enqueued, int folds) {
  TrialRecord trial;
  trial.number = number;
  trial.params = std::move(params);
  trial.enqueued = enqueued;
  trial.folds.resize(static_cast<size_t>(folds));
  return trial;
}

TrialRecord make_trial(const TrialSnapshot& snapshot) {
  TrialRecord trial;
  trial.number = snapshot.number;
  trial.state = snapshot.state;
  trial.params = snapshot.params;
  trial.enqueued = snapshot.enqueued;
  trial.value = snapshot.value;
  trial.metrics = snapshot.metrics;
  trial.violation = snapshot.violation;
  trial.estimated = snapshot.estimated;
  for (const FoldSnapshot& fold : snapshot.folds) trial.folds.push_back(make_fold(fold));
  restore_asks(snapshot, trial);
  return trial;
}

}  // namespace foldmill::engine
