#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/ids.h"
#include "core/parameter.h"
#include "core/result.h"
#include "core/study.h"

namespace foldmill::simulation {

struct EpochOutcome {
  double value = 0;                    // of the study's objective; NaN: diverged
  std::optional<double> seconds = {};  // of training, on a worker of speed 1; nothing: not known
};

// What training one trial comes to, epoch by epoch.
class TrialCurves {
 public:
  virtual ~TrialCurves() = default;
  // `epoch` from 1. The same answer whenever it is asked.
  virtual Result<EpochOutcome> at(FoldIndex fold, int64_t epoch) = 0;
  // What the trial is worth without noise, where that is known.
  virtual std::optional<double> truth() const { return std::nullopt; }
};

// Stands for the training of a study. One thread.
class Curves {
 public:
  virtual ~Curves() = default;
  // For people: what is asked, and what is made up.
  virtual std::string describe() const = 0;
  // Whether it can serve the study; says what is missing.
  virtual Status check(const StudySpec& spec) const = 0;
  // A trial of a study that was checked. `params`: constants and the trial's own together. The
  // answer does not outlive these curves.
  virtual Result<std::unique_ptr<TrialCurves>> begin(const StudySpec& spec, TrialNumber trial,
                                                     const ParameterSet& params) = 0;
};

}  // namespace foldmill::simulation
