#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/simulation/curves.h"

namespace foldmill::simulation {

// What is left of a trial of a finished study.
struct RecordedTrial {
  ParameterSet params;                      // the searched ones
  bool completed = false;                   // all its folds, to their last epoch
  std::vector<std::vector<double>> curves;  // by fold: values from epoch 1; empty: never ran
  double epoch_seconds = 0;                 // mean over its epochs; 0: not known
};

struct Recording {
  std::string study;
  Direction direction = Direction::kMinimize;
  std::vector<RecordedTrial> trials;
};

// Curves out of a finished study. A new point gets those of the recorded trial that is nearest to
// it (unit_point.h), as they were recorded and without noise of their own: two points near the same
// trial get the same numbers. Where that trial was stopped, its curve goes on from the last value
// that it has by the steps that the nearest *completed* trial took, which is a guess. An epoch
// takes the trial's mean seconds.
//
// check() refuses: more folds or longer trials than were recorded, another direction, a recording
// without a completed trial.
std::unique_ptr<Curves> make_replay(Recording recording);

}  // namespace foldmill::simulation
