#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/simulation/simulation.h"
#include "core/clock.h"
#include "core/rows.h"

namespace foldmill::simulation {

// Counts what becomes of a search, and then of its cross-validation, change by change. Owns the
// curves of the trials that run.
class Tally {
 public:
  Tally(SteadyTime start, Direction direction) : start_(start), direction_(direction) {}

  void begin(TrialNumber trial, std::unique_ptr<TrialCurves> curves) {
    curves_[trial] = std::move(curves);
  }
  TrialCurves* curves_of(TrialNumber trial) const;  // null: not begun, or over

  // The best of the search's completed trials, the best one in front: number, params, value.
  std::vector<TrialRow> best_trials(int64_t count) const;
  // The search is over. What comes now is of its trials `numbers`, in their order; the best one is
  // now the one that does best there.
  void begin_validation(std::vector<int64_t> numbers);
  bool validates() const { return !validated_.empty(); }
  // The search's number of a trial.
  TrialNumber number_in_search(TrialNumber trial) const;

  void see(const Change& change, SteadyTime now);
  void worked(SteadyTime from, SteadyTime to);  // one worker

  StudyState state() const { return state_; }
  const Outcome& outcome() const { return outcome_; }

 private:
  void on(const change::StudyStateChanged& changed, SteadyTime now);
  void on(const change::TrialCreated& created, SteadyTime now);
  void on(const change::TrialEnded& ended, SteadyTime now);
  void on(const change::AttemptLeased& leased, SteadyTime now);
  void on(const change::AttemptEnded& ended, SteadyTime now);
  void on(const change::EpochReported& reported, SteadyTime now);
  template <class Other>
  void on(const Other&, SteadyTime) {}
  void count(const change::TrialEnded& ended);
  double seconds_at(SteadyTime now) const;

  SteadyTime start_;
  Direction direction_;
  StudyState state_ = StudyState::kActive;
  Outcome outcome_;
  std::map<TrialNumber, std::unique_ptr<TrialCurves>> curves_;
  std::map<TrialNumber, ParameterSet> params_;  // of the search's trials that run
  std::vector<TrialRow> completed_;             // of the search
  std::vector<int64_t> validated_;              // begin_validation's
};

}  // namespace foldmill::simulation
