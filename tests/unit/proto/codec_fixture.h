#pragma once

#include <string>

#include "core/study.h"

namespace foldmill::proto {

// A sound study in which every field that a command may have differs from its default.
inline StudySpec full_spec() {
  StudySpec spec;
  spec.name = "fashion-cae";
  spec.description = "every field set";
  spec.tags = {"a", "b"};
  spec.notes = "n";
  spec.seed = 77;
  spec.data = {"fashion-mnist", "/data", Normalize::kGiven, 0.25, 0.5, 6000, false};
  spec.model.type = "command";
  spec.model.command = {"python3", "train.py"};
  spec.model.workdir = "/w";
  spec.model.env = {{"K", "V"}};
  spec.constants = {{"epochs", int64_t{5}}, {"flag", true}, {"rate", 0.5}};
  spec.space = *SearchSpace::create(
      {{"lr", *Distribution::make_float(1e-4, 8e-3, true), {}},
       {"dropout", *Distribution::make_float(0, 1, false, 0.25), {}},
       {"filters", *Distribution::make_int(8, 16, false, 4), {}},
       {"optimizer",
        *Distribution::make_categorical({std::string("adam"), std::string("sgd")}),
        {}},
       {"momentum",
        *Distribution::make_float(0, 0.99),
        {{"optimizer", {ParameterValue(std::string("sgd"))}}}}});
  spec.objective = {"perplexity", Direction::kMaximize, Take::kBestEpoch};
  spec.sampler = {.type = "tpe",
                  .startup_trials = 11,
                  .candidates = 25,
                  .multivariate = false,
                  .constant_liar = false,
                  .prior_weight = 2.0};
  spec.pruning = {.type = "threshold", .warmup_epochs = 2, .interval = 3, .lower = -1, .upper = 2};
  spec.folds = {5, 0.3, false, false, 77};
  spec.trials = 12;
  spec.timeout_seconds = 600;
  spec.parallel = 3;
  spec.enqueue = {{{"lr", 1e-3}}};
  spec.resources = {{{"gpu", "a100"}}, {4, 1, 2}, 2};
  spec.source = "name: fashion-cae\n";
  return spec;
}

// The same with constraints, which not every model and sampler has.
inline StudySpec constrained_spec() {
  StudySpec spec = full_spec();
  spec.constraints = {{"bytes", Relation::kAtMost, 1e6}, {"seconds", Relation::kAtLeast, -0.5}};
  return spec;
}

}  // namespace foldmill::proto
