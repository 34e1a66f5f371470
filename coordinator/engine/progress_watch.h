#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"

namespace foldmill::engine {

// For how long an attempt may bring no epoch before it counts as hung. Generous: an attempt given
// up too late costs a slot for that long, one given up too early all that it has trained.
struct StallLimits {
  double factor = 20;             // times the usual epoch; 0: nobody is ever taken for hung
  Milliseconds floor{600'000};    // however short epochs are
  Milliseconds start{3'600'000};  // for the first epoch while none of the study is known
};

// Notices which attempts of one study bring no epochs any more though their workers are well: a
// hung device driver, a dead network disk, a deadlock in somebody's training loop.
//
// What is usual are medians over the study's latest epochs. The first epoch of an attempt is
// measured apart, from the moment of its lease, because the start of a program and the reading of
// data are in it. An attempt slower than others is measured by its own slowest epoch. Each attempt
// at a fold that was given up doubles the patience with the next, so that a mistake of this watch
// costs time and not the trial.
//
// A report costs O(log attempts); a look at all of them, O(attempts), is due no more often than
// every StallLimits::floor.
class ProgressWatch {
 public:
  explicit ProgressWatch(StallLimits limits) : limits_(limits) {}

  // A live attempt; so many before it at its fold have hung.
  void begin(AttemptId attempt, int hung_before, SteadyTime now);
  // A sign of life of the attempt itself, or it could not have given one until now.
  void moved(AttemptId attempt, SteadyTime now);
  // An epoch that took `seconds` by its trainer's own account, in which nobody has to believe.
  void epoch_reported(AttemptId attempt, double seconds, SteadyTime now);
  void end(AttemptId attempt);  // nothing if it is not there
  void everybody_moved(SteadyTime now);

  struct Stall {
    AttemptId attempt;
    Milliseconds silent;    // for that long
    Milliseconds patience;  // where this would have been enough
  };
  // Those that hang, by attempt. To be called when next_look() has come.
  std::vector<Stall> stalled(SteadyTime now);
  std::optional<SteadyTime> next_look() const { return next_look_; }

 private:
  // The last so many durations in seconds, the oldest forgotten.
  class Durations {
   public:
    void add(double seconds);
    std::optional<double> median() const;

   private:
    std::vector<double> latest_;
    size_t next_ = 0;
  };
  struct Pace {
    SteadyTime moved_at;
    int hung_before = 0;
    std::optional<double> slowest = {};  // of its epochs, in seconds
  };
  // By what is usual for first and for later epochs.
  Milliseconds patience_with(const Pace& pace, std::optional<double> usual_first,
                             std::optional<double> usual) const;
  void look_by(SteadyTime at);

  StallLimits limits_;
  std::map<AttemptId, Pace> paces_;
  Durations first_epochs_;
  Durations later_epochs_;
  std::optional<SteadyTime> next_look_;
};

}  // namespace foldmill::engine
