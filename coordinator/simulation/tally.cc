#include "coordinator/simulation/tally.h"

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

void Tally::on(const change::TrialEnded& ended, SteadyTime now) {
  outcome_.completed += ended.state == TrialState::kCompleted;
  outcome_.pruned += ended.state == TrialState::kPruned;
  outcome_.failed += ended.state == TrialState::kFailed;
  const TrialNumber trial = ended.trial.trial;
  const bool is_best = ended.state == TrialState::kCompleted && ended.value &&
                       (!outcome_.best || better(*ended.value, outcome_.best->value, direction_));
  if (is_best)
    outcome_.best = Outcome::Best{trial, *ended.value, curves_.at(trial)->truth(), seconds_at(now)};
  curves_.erase(trial);
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
