#pragma once

#include <map>
#include <memory>
#include <optional>

#include "coordinator/simulation/simulation.h"
#include "core/clock.h"

namespace foldmill::simulation {

// Counts what becomes of one study, change by change. Owns the curves of the trials that run.
class Tally {
 public:
  Tally(SteadyTime start, Direction direction) : start_(start), direction_(direction) {}

  void begin(TrialNumber trial, std::unique_ptr<TrialCurves> curves) {
    curves_[trial] = std::move(curves);
  }
  TrialCurves* curves_of(TrialNumber trial) const;  // null: not begun, or over

  void see(const Change& change, SteadyTime now);
  void worked(SteadyTime from, SteadyTime to);  // one worker

  StudyState state() const { return state_; }
  const Outcome& outcome() const { return outcome_; }

 private:
  void on(const change::StudyStateChanged& changed, SteadyTime now);
  void on(const change::TrialEnded& ended, SteadyTime now);
  void on(const change::AttemptLeased& leased, SteadyTime now);
  void on(const change::AttemptEnded& ended, SteadyTime now);
  void on(const change::EpochReported& reported, SteadyTime now);
  template <class Other>
  void on(const Other&, SteadyTime) {}
  double seconds_at(SteadyTime now) const;

  SteadyTime start_;
  Direction direction_;
  StudyState state_ = StudyState::kActive;
  Outcome outcome_;
  std::map<TrialNumber, std::unique_ptr<TrialCurves>> curves_;
};

}  // namespace foldmill::simulation
