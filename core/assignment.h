#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/attempt.h"
#include "core/ids.h"
#include "core/parameter.h"
#include "core/study.h"

namespace foldmill {

// Everything a worker needs for one attempt at one fold.
struct Assignment {
  AttemptId attempt;
  FoldKey fold;
  std::string study_name;
  uint64_t seed = 0;  // the study's; streams are derived from (seed, purpose, trial, fold)
  DataSpec data;
  ModelSpec model;
  FoldPlan folds;
  ParameterSet params;  // constants and this trial's values together
  ObjectiveSpec objective;
  int64_t epochs = 1;
  int64_t checkpoint_every_epochs = 1;
  int slots = 1;                        // of the worker, that are the attempt's
  std::optional<ArtifactRef> evaluate;  // a model.safetensors: nothing is trained, it is judged on
                                        // the test images, as one epoch
  std::optional<Checkpoint> resume_from;  // train on from its epoch + 1
  friend bool operator==(const Assignment&, const Assignment&) = default;

  JudgedOn judged_on() const {
    if (evaluate) return JudgedOn::kTest;
    return folds.hold_out ? JudgedOn::kValidation : JudgedOn::kNothing;
  }
  int64_t first_epoch() const { return resume_from ? resume_from->epoch + 1 : 1; }
};

}  // namespace foldmill
