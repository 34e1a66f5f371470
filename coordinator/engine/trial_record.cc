#include "coordinator/engine/trial_record.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

namespace foldmill::engine {
namespace {

FoldRecord make_fold(const FoldSnapshot& snapshot) {
  FoldRecord fold;
  fold.state = snapshot.state;
  fold.value = snapshot.value;
  for (double value : snapshot.curve) fold.curve.append(value);
  fold.checkpoint = snapshot.checkpoint;
  for (const AttemptSnapshot& attempt : snapshot.attempts) {
    fold.attempts = attempt.number;
    if (is_live(attempt.state))
      fold.live = LiveAttempt{attempt.id, attempt.state, attempt.first_epoch, attempt.artifacts};
    else if (attempt.state != AttemptState::kSucceeded)
      fold.tally.count(attempt.cause);
  }
  return fold;
}

}  // namespace

std::optional<double> FoldRecord::last_value() const {
  const std::optional<double> last = curve.at(curve.last_epoch());
  return last && std::isfinite(*last) ? last : std::nullopt;
}

double TrialRecord::mean_value() const {
  double sum = 0;
  for (const FoldRecord& fold : folds) sum += fold.value.value();
  return sum / static_cast<double>(folds.size());
}

bool TrialRecord::all_folds_completed() const {
  return std::all_of(folds.begin(), folds.end(),
                     [](const FoldRecord& fold) { return fold.state == FoldState::kCompleted; });
}

void TrialRecord::observe(const SearchSpace& space) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  auto seen = std::make_shared<sampler::Observation>();
  seen->number = number;
  seen->state = state;
  for (const SearchParameter& parameter : space.parameters()) {
    const ParameterValue* set = params.find(parameter.name);
    const std::optional<double> internal =
        set ? parameter.distribution.to_internal(*set) : std::nullopt;
    seen->internal.push_back(internal.value_or(kNone));
  }
  if (counts_for_budget(state)) seen->value = value.value_or(kNone);
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
  for (const FoldSnapshot& fold : snapshot.folds) trial.folds.push_back(make_fold(fold));
  return trial;
}

}  // namespace foldmill::engine
