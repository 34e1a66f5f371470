#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/change.h"

// Changes as an engine would make them, with everything that a test does not care about filled in.
namespace foldmill::test {

inline WallTime at(int64_t second) {
  return WallTime(std::chrono::seconds(1'700'000'000 + second));
}

inline FoldKey fold_key(int64_t trial, int64_t fold = 0, int64_t study = 1) {
  return {StudyId(study), TrialNumber(trial), FoldIndex(fold)};
}
inline TrialKey trial_key(int64_t trial, int64_t study = 1) {
  return {StudyId(study), TrialNumber(trial)};
}

// Two searched parameters (lr, optimizer), four epochs, every field away from its default.
inline StudySpec example_spec(std::string name = "fashion") {
  StudySpec spec;
  spec.name = std::move(name);
  spec.description = "d\"escription";
  spec.tags = {"a", "b"};
  spec.notes = "n\no";
  spec.seed = 0xffffffffffffffffULL;
  spec.data = {"idx", "/data/x", Normalize::kGiven, 0.25, 0.5, 6000, false};
  spec.model.type = "command";
  spec.model.variant = "v";
  spec.model.command = {"python3", "train.py"};
  spec.model.workdir = "/w";
  spec.model.env = {{"A", "1"}};
  spec.constants = {
      {"epochs", int64_t{4}}, {"batch_size", int64_t{64}}, {"rate", 1.0}, {"on", true}};
  std::vector<SearchParameter> parameters;
  parameters.push_back({"optimizer",
                        *Distribution::make_categorical({std::string("adam"), std::string("sgd")}),
                        {}});
  parameters.push_back({"lr", *Distribution::make_float(1e-4, 8e-3, true), {}});
  parameters.push_back({"width", *Distribution::make_int(8, 16, false, 4), {}});
  parameters.push_back({"momentum",
                        *Distribution::make_float(0, 1, false, 0.25),
                        {{"optimizer", {std::string("sgd")}}, {"on", {true}}}});
  spec.space = *SearchSpace::create(std::move(parameters), spec.constants);
  spec.objective = {"val_acc", Direction::kMaximize, Take::kBestEpoch};
  spec.sampler = {.type = "tpe",
                  .startup_trials = 3,
                  .candidates = 7,
                  .multivariate = false,
                  .group = true,
                  .constant_liar = false,
                  .prior_weight = 0.5,
                  .deterministic = true,
                  .max_trials = 70,
                  .sequence = "halton",
                  .scramble = false,
                  .grid_points = 4,
                  .sigma = 0.25,
                  .population = 9};
  spec.pruning = {.type = "threshold",
                  .warmup_trials = 6,
                  .warmup_epochs = 2,
                  .interval = 3,
                  .min_peers = 4,
                  .percentile = 30,
                  .min_epochs = 7,
                  .reduction_factor = 5,
                  .patience = 8,
                  .min_delta = 0.25,
                  .lower = -1,
                  .upper = 2,
                  .confidence = 0.9,
                  .min_folds = 3,
                  .around = "median"};
  spec.folds = {.k = 5,
                .validation_fraction = 0.25,
                .stratified = false,
                .shuffle = false,
                .seed = spec.seed,
                .repeats = 2,
                .groups = "patients.txt",
                .leave_one_group_out = true,
                .hold_out = false,
                .outer = OuterFold{4, 3}};
  spec.schedule = {.order = FoldOrder::kInterleave,
                   .top = 3,
                   .aggregate = Aggregate::kMeanPlusStd,
                   .race = RaceSpec{0.9, 3}};
  spec.final_stages = {.cross_validate = CrossValidateStage{4, 2, 3, false, false},
                       .train = TrainStage{false, 30},
                       .test = true};
  spec.origin = StageOrigin{"parent", Stage::kTest, {4, 2}};
  spec.evaluate = {ArtifactRef{std::string(64, 'b'), 5}};
  spec.trials = 12;
  spec.timeout_seconds = 3600;
  spec.parallel = 2;
  spec.enqueue = {{{"optimizer", std::string("adam")}, {"lr", 0.001}}};
  spec.resources = {{{"pool", "lab"}}, {1, 2, 3}, 2, 3, 4096, -1};
  spec.source = "name: fashion\n";
  return spec;
}

inline Change study_created(int64_t study = 1, std::string name = "fashion") {
  return change::StudyCreated{StudyId(study), example_spec(std::move(name)), at(0)};
}
inline Change worker_seen(int64_t worker = 1, std::string name = "box",
                          std::string state = "ready") {
  return change::WorkerSeen{WorkerId(worker), std::move(name),  2,    {{"gpu", "h100"}},
                            "0.1.0",          std::move(state), at(1)};
}
inline ParameterSet example_params(double lr = 0.001, std::string optimizer = "adam") {
  return {{"optimizer", std::move(optimizer)}, {"lr", lr}, {"width", int64_t{12}}};
}
inline Change trial_created(int64_t trial, int folds = 1, ParameterSet params = example_params()) {
  return change::TrialCreated{trial_key(trial), std::move(params), false, folds, at(10 + trial)};
}
inline Change leased(int64_t attempt, FoldKey fold, int64_t number = 1, int64_t first_epoch = 1) {
  return change::AttemptLeased{AttemptId(attempt), fold,   number, WorkerId(1), 0,
                               first_epoch,        at(100)};
}
inline Change started(int64_t attempt) {
  return change::AttemptStarted{AttemptId(attempt), at(101)};
}
inline Change reported(int64_t attempt, FoldKey fold, int64_t epoch, double value) {
  return change::EpochReported{AttemptId(attempt),
                               fold,
                               {epoch, {{"train_loss", value / 2}, {"val_acc", value}}, 1.5},
                               value,
                               at(101 + epoch)};
}
inline Change attempt_ended(int64_t attempt, AttemptState state = AttemptState::kSucceeded,
                            EndCause cause = EndCause::kNone) {
  return change::AttemptEnded{AttemptId(attempt), {state, cause, "why"}, at(200)};
}
inline Change fold_changed(FoldKey fold, FoldState state, std::optional<double> value = {}) {
  return change::FoldChanged{fold, state, value, at(201)};
}
inline Change trial_ended(int64_t trial, TrialState state, std::optional<double> value = {},
                          int64_t second = 300) {
  return change::TrialEnded{trial_key(trial), state, value, EndCause::kNone, "", {}, at(second)};
}
inline ArtifactRef artifact(char digit = 'a', int64_t bytes = 3) {
  return {std::string(64, digit), bytes};
}

}  // namespace foldmill::test
