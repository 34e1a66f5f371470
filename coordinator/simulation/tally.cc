#include "coordinator/simulation/tally.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace foldmill::simulation {
namespace {

double seconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

TrialCurves* Tally::curves_of(TrialNumber trial) const {
  const auto found = curves_.find(trial);
  return found == curves_.end() ? nullptr : found->second.get();
}

std::vector<TrialRow> Tally::best_trials(int64_t count) const {
  std::vector<TrialRow> best = completed_;
  std::stable_sort(best.begin(), best.end(), [this](const TrialRow& a, const TrialRow& b) {
    return better(*a.value, *b.value, direction_);
  });
  best.resize(std::min(best.size(), static_cast<size_t>(count)));
  return best;
}

void Tally::begin_validation(std::vector<int64_t> numbers) {
  validated_ = std::move(numbers);
  state_ = StudyState::kActive;
  outcome_.best.reset();
  curves_.clear();
}

TrialNumber Tally::number_in_search(TrialNumber trial) const {
  return validates() ? TrialNumber(validated_.at(static_cast<size_t>(trial.value))) : trial;
}

void Tally::see(const Change& change, SteadyTime now) {
  std::visit([&](const auto& fact) { on(fact, now); }, change);
}

void Tally::worked(SteadyTime from, SteadyTime to) {
  outcome_.busy_seconds += seconds_between(from, to);
}

void Tally::on(const change::StudyStateChanged& changed, SteadyTime now) {
  state_ = changed.state;
  outcome_.reason = changed.reason;
  outcome_.seconds = seconds_at(now);
}

void Tally::on(const change::TrialCreated& created, SteadyTime) {
  if (!validates()) params_[created.trial.trial] = created.params;
}

void Tally::on(const change::TrialEnded& ended, SteadyTime now) {
  count(ended);
  const TrialNumber trial = ended.trial.trial;
  const bool is_best = ended.state == TrialState::kCompleted && ended.value &&
                       (!outcome_.best || better(*ended.value, outcome_.best->value, direction_));
  if (is_best)
    outcome_.best = Outcome::Best{number_in_search(trial), *ended.value, curves_.at(trial)->truth(),
                                  seconds_at(now)};
  curves_.erase(trial);
}

void Tally::count(const change::TrialEnded& ended) {
  const bool completed = ended.state == TrialState::kCompleted;
  if (validates()) {
    outcome_.validated += completed;
    return;
  }
  outcome_.completed += completed;
  outcome_.pruned += ended.state == TrialState::kPruned;
  outcome_.failed += ended.state == TrialState::kFailed;
  auto params = params_.extract(ended.trial.trial);
  if (!completed || !ended.value) return;
  TrialRow& trial = completed_.emplace_back();
  trial.number = ended.trial.trial;
  trial.params = std::move(params.mapped());
  trial.value = ended.value;
}

void Tally::on(const change::AttemptLeased& leased, SteadyTime) {
  outcome_.fold_runs += leased.number == 1;
}

void Tally::on(const change::AttemptEnded& ended, SteadyTime) {
  outcome_.attempts_lost += ended.outcome.state == AttemptState::kLost;
}

void Tally::on(const change::EpochReported&, SteadyTime) { ++outcome_.fold_epochs; }

double Tally::seconds_at(SteadyTime now) const { return seconds_between(start_, now); }

}  // namespace foldmill::simulation
