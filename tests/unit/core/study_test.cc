#include "core/study.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/core/study_faults.h"

namespace foldmill {
namespace {

TEST(StudySpec, SoundOnesPass) {
  EXPECT_EQ(sound_spec().validate(), ok_status());
  EXPECT_EQ(sound_command_spec().validate(), ok_status());
}

TEST(StudySpec, RefusesBadNames) {
  expect_refused(sound_spec(),
                 {{"name: a study needs one", [](StudySpec& s) { s.name = ""; }},
                  {"has the character ' '", [](StudySpec& s) { s.name = "my study"; }},
                  {"has the character '/'", [](StudySpec& s) { s.name = "../x"; }},
                  {"129 characters", [](StudySpec& s) { s.name = Text(129, 'x'); }}});
  StudySpec longest = sound_spec();
  longest.name = Text(124, 'x') + "A.9-";
  EXPECT_TRUE(longest.validate().ok());
}

TEST(StudySpec, RefusesUnknownKnobsWithASuggestion) {
  expect_refused(sound_spec(),
                 {{"params of model 'cae': 'latentdim' is not known; did you mean 'latent_dim'?",
                   [](StudySpec& s) { s.constants.set("latentdim", int64_t{2}); }},
                  {"'dropout' is not known; choose one of filters_1, ", [](StudySpec& s) {
                     s.space = one_range("dropout", *Distribution::make_float(0, 1));
                   }}});
}

TEST(StudySpec, RefusesConstantsOutsideTheKnob) {
  const auto constant = [](const char* name, ParameterValue value) {
    return [=](StudySpec& s) {
      s.space = {};
      s.enqueue = {};
      s.constants.set(name, value);
    };
  };
  expect_refused(
      sound_spec(),
      {{"params.fc: must be an integer in [1, 65536], got 0", constant("fc", int64_t{0})},
       {"params.fc: must be an integer", constant("fc", 64.5)},
       {"params.fc: must be an integer", constant("fc", Text("64"))},
       {"params.lr: must be a number in", constant("lr", 0.0)},
       {"params.lr: must be a number in", constant("lr", true)},
       {"params.momentum: must be a number in [0, 0.9999], got 1",
        constant("momentum", int64_t{1})},
       {"params.optimizer: 'adamm' is not known; did you mean 'adam'?",
        constant("optimizer", Text("adamm"))},
       {"params.optimizer: must be one of adam, adamw, adamax, radam, adagrad, rmsprop, sgd, got 3",
        constant("optimizer", int64_t{3})},
       {"params.weight_decay: must be a number in",
        constant("weight_decay", std::numeric_limits<double>::quiet_NaN())}});
}

TEST(StudySpec, RefusesRangesOutsideTheKnob) {
  const auto range = [](const char* name, Distribution distribution) {
    return [=](StudySpec& s) {
      s.space = one_range(name, distribution);
      s.enqueue = {};
    };
  };
  expect_refused(
      sound_spec(),
      {{"params.fc: must be an integer in [1, 65536], got int [0, 64]",
        range("fc", *Distribution::make_int(0, 64))},
       {"params.fc: must be an integer in [1, 65536], got float [8, 64]",
        range("fc", *Distribution::make_float(8, 64))},
       {"params.lr: must be a number", range("lr", *Distribution::make_float(0.1, 1000))},
       {"params.lr: must be a number", range("lr", *Distribution::make_categorical({Text("a")}))},
       {"params.optimizer: 'sdg' is not known; did you mean 'sgd'?",
        range("optimizer", *Distribution::make_categorical({Text("adam"), Text("sdg")}))},
       {"params.optimizer: must be one of", range("optimizer", *Distribution::make_int(0, 1))}});
}

TEST(StudySpec, AConstantMayNotBeARangeToo) {
  expect_refused(sound_spec(), {{"params.lr: both a constant and a range",
                                 [](StudySpec& s) { s.constants.set("lr", 0.1); }}});
}

TEST(StudySpec, WantsEpochsWhateverTheModel) {
  for (const StudySpec& sound : {sound_spec(), sound_command_spec()})
    expect_refused(sound, {{"params.epochs: missing", [](StudySpec& s) { s.constants = {}; }},
                           {"params.epochs: must be an integer in [1, 1000000], got 0",
                            [](StudySpec& s) { s.constants.set("epochs", int64_t{0}); }},
                           {"params.epochs: must be an integer",
                            [](StudySpec& s) { s.constants.set("epochs", 2.0); }},
                           {"params.epochs: must be an integer in [1, 1000000], got int [0, 5]",
                            [](StudySpec& s) {
                              s.constants = {};
                              s.space = one_range("epochs", *Distribution::make_int(0, 5));
                            }},
                           {"params.epochs: every trial needs it", [](StudySpec& s) {
                              s.constants = {};
                              s.space = *SearchSpace::create(
                                  {{"lr", *Distribution::make_categorical({0.1, 0.2}), {}},
                                   {"epochs", *Distribution::make_int(1, 5), {{"lr", {0.1}}}}});
                            }}});
}

TEST(StudySpec, RefusesUnusableOptionsOfTpe) {
  StudySpec sound = sound_spec();
  sound.sampler.type = "tpe";
  expect_refused(sound,
                 {{"search.sampler.startup_trials: must be at least 0",
                   [](StudySpec& s) { s.sampler.startup_trials = -1; }},
                  {"search.sampler.group: groups are sampled together",
                   [](StudySpec& s) {
                     s.sampler.group = true;
                     s.sampler.multivariate = false;
                   }},
                  {"search.sampler.candidates", [](StudySpec& s) { s.sampler.candidates = 0; }},
                  {"search.sampler.candidates: must be at most",
                   [](StudySpec& s) { s.sampler.candidates = std::numeric_limits<int>::max(); }},
                  {"search.sampler.prior_weight", [](StudySpec& s) { s.sampler.prior_weight = 0; }},
                  {"search.sampler.prior_weight", [](StudySpec& s) {
                     s.sampler.prior_weight = std::numeric_limits<double>::infinity();
                   }}});
}

TEST(StudySpec, RefusesUnusableSearches) {
  expect_refused(
      sound_spec(),
      {{"search.sampler.type: 'tpa' is not known; did you mean 'tpe'?",
        [](StudySpec& s) { s.sampler.type = "tpa"; }},
       {"search.sampler.startup_trials: is an option of tpe and gp, not of random",
        [](StudySpec& s) {
          s.sampler.type = "random";
          s.sampler.startup_trials = 5;
        }},
       {"search.sampler.sigma: is an option of cmaes, not of auto",
        [](StudySpec& s) { s.sampler.sigma = 0.5; }},
       {"search.sampler.grid_points: must be at least 2",
        [](StudySpec& s) {
          s.sampler.type = "grid";
          s.sampler.grid_points = 1;
        }},
       {"search.sampler.type: the grid has 2010000 points, at most 1000000",  // 10000 x (1 + 200)
        [](StudySpec& s) {
          s.sampler.type = "grid";
          s.sampler.grid_points = 10'000;
          s.space = *SearchSpace::create(
              {{"lr", *Distribution::make_float(1e-4, 8e-3, true), {}},
               {"optimizer", *Distribution::make_categorical({Text("adam"), Text("sgd")}), {}},
               {"momentum",
                *Distribution::make_float(0, 0.995, false, 0.005),
                {{"optimizer", {Text("sgd")}}}}});
        }},
       {"search.sampler.sequence: 'sobel' is not known; did you mean 'sobol'?",
        [](StudySpec& s) {
          s.sampler.type = "qmc";
          s.sampler.sequence = "sobel";
        }},
       {"search.sampler.sigma: must be above 0 and at most 1, got 0",
        [](StudySpec& s) {
          s.sampler.type = "cmaes";
          s.sampler.sigma = 0;
        }},
       {"search.sampler.population: must be at least 4",
        [](StudySpec& s) {
          s.sampler.type = "cmaes";
          s.sampler.population = 3;
        }},
       {"search.sampler.max_trials: must be at least 10",
        [](StudySpec& s) {
          s.sampler.type = "gp";
          s.sampler.max_trials = 9;
        }},
       {"search.sampler.startup_trials: must be at least 1",
        [](StudySpec& s) {
          s.sampler.type = "gp";
          s.sampler.startup_trials = 0;
        }},
       {"search.trials: must be at least 1, got 0", [](StudySpec& s) { s.trials = 0; }},
       {"search.trials: must be at most", [](StudySpec& s) { s.trials = kMaxTrials + 1; }},
       {"search.timeout", [](StudySpec& s) { s.timeout_seconds = 0; }},
       {"search.timeout: must be at most",
        [](StudySpec& s) { s.timeout_seconds = std::numeric_limits<int64_t>::max(); }},
       {"search.parallel", [](StudySpec& s) { s.parallel = -1; }},
       {"search.enqueue[2]: parameter 'lr': 1 is not in float",
        [](StudySpec& s) {
          s.enqueue[1] = {{"lr", 1.0}};
        }},
       {"search.enqueue[1]: 'epochs' is a constant",
        [](StudySpec& s) {
          s.enqueue[0] = {{"epochs", int64_t{3}}};
        }},
       {"search.enqueue[1]: parameter 'momentum' takes part only when optimizer is sgd",
        [](StudySpec& s) {
          s.enqueue[0] = {{"momentum", 0.5}, {"optimizer", Text("adam")}};
        }}});
}

TEST(StudySpec, RefusesUnusablePruningFoldsAndResources) {
  expect_refused(
      sound_spec(),
      {{"pruning.type: 'mediam' is not known; did you mean 'median'?",
        [](StudySpec& s) { s.pruning.type = "mediam"; }},
       {"pruning.warmup_trials", [](StudySpec& s) { s.pruning.warmup_trials = -1; }},
       {"pruning.warmup_epochs", [](StudySpec& s) { s.pruning.warmup_epochs = -1; }},
       {"pruning.interval", [](StudySpec& s) { s.pruning.interval = 0; }},
       {"pruning.min_peers", [](StudySpec& s) { s.pruning.min_peers = 0; }},
       {"pruning.min_epochs: is an option of asha, hyperband, not of median",
        [](StudySpec& s) { s.pruning.min_epochs = 2; }},
       {"pruning.min_epochs: 9999 is more than",
        [](StudySpec& s) { s.pruning = {.type = "asha", .min_epochs = 9999}; }},
       {"pruning.percentile",
        [](StudySpec& s) { s.pruning = {.type = "percentile", .percentile = 101}; }},
       {"pruning.around",
        [](StudySpec& s) { s.pruning = {.type = "patient", .around = "patient"}; }},
       {"pruning.min_delta",
        [](StudySpec& s) { s.pruning = {.type = "patient", .min_delta = -1}; }},
       {"pruning.type: threshold needs a bound",
        [](StudySpec& s) { s.pruning = {.type = "threshold"}; }},
       {"pruning.lower: 2 is above upper, 1",
        [](StudySpec& s) { s.pruning = {.type = "threshold", .lower = 2, .upper = 1}; }},
       {"pruning.min_folds: must be at least 2",
        [](StudySpec& s) { s.pruning = {.type = "race", .min_folds = 1}; }},
       {"pruning.confidence", [](StudySpec& s) { s.pruning = {.type = "race", .confidence = 1}; }},
       {"folds.k: must be at least 1", [](StudySpec& s) { s.folds.k = 0; }},
       {"folds.k: must be at most 100, got 101", [](StudySpec& s) { s.folds.k = 101; }},
       {"folds.seed: must be the study's seed 0, got 5", [](StudySpec& s) { s.folds.seed = 5; }},
       {"data.validation.fraction", [](StudySpec& s) { s.folds.validation_fraction = 0; }},
       {"data.validation.fraction", [](StudySpec& s) { s.folds.validation_fraction = 1; }},
       {"resources.labels: '' is not a label", [](StudySpec& s) { s.resources.labels[""] = "x"; }},
       {"resources.labels: 'a b'", [](StudySpec& s) { s.resources.labels["a b"] = "x"; }},
       {"resources.retries.worker_lost",
        [](StudySpec& s) { s.resources.retries.worker_lost = -1; }},
       {"resources.retries.out_of_memory",
        [](StudySpec& s) { s.resources.retries.out_of_memory = -1; }},
       {"resources.retries.error", [](StudySpec& s) { s.resources.retries.error = -1; }},
       {"resources.checkpoint.every_epochs",
        [](StudySpec& s) { s.resources.checkpoint_every_epochs = 0; }}});
}

TEST(StudySpec, EpochsAreAConstantOrTheTrials) {
  StudySpec spec = sound_spec();
  EXPECT_EQ(spec.epochs({}), 20);
  EXPECT_EQ(spec.max_epochs(), 20);
  spec.constants = {};
  spec.space = one_range("epochs", *Distribution::make_int(5, 30));
  EXPECT_EQ(spec.epochs({{"epochs", int64_t{7}}}), 7);
  EXPECT_EQ(spec.max_epochs(), 30);
  spec.space =
      one_range("epochs", *Distribution::make_categorical({int64_t{10}, int64_t{40}, int64_t{20}}));
  EXPECT_EQ(spec.max_epochs(), 40);
}

}  // namespace
}  // namespace foldmill
