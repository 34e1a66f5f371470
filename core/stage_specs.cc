#include "core/stage_specs.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace foldmill {
namespace {

constexpr std::string_view kEpochs = "epochs";

// What all stages have in common: the search without all that searches.
StudySpec stage_of(const StudySpec& search, Stage stage, std::vector<int64_t> trials) {
  StudySpec spec = search;
  spec.name = stage_study_name(search.name, stage);
  spec.description = concat("stage ", to_string(stage), " of ", search.name);
  spec.notes.clear();
  spec.source.clear();
  spec.sampler = SamplerSpec{.type = "random"};
  spec.pruning = PruningSpec{.type = "none"};
  spec.schedule = FoldSchedule{.order = FoldOrder::kTrialFirst};
  spec.final_stages = {};
  spec.timeout_seconds.reset();
  spec.trials = static_cast<int64_t>(trials.size());
  spec.enqueue.clear();
  spec.origin = StageOrigin{search.name, stage, std::move(trials)};
  return spec;
}

// One trial of the whole training data, or of a hold-out.
FoldPlan single_fold(const FoldPlan& of_search, bool hold_out) {
  FoldPlan plan = of_search;
  plan.k = 1;
  plan.repeats = 1;
  plan.leave_one_group_out = false;
  plan.hold_out = hold_out;
  return plan;
}

// Makes `epochs` a constant, wherever it stood.
Result<ParameterSet> fix_epochs(StudySpec& spec, const ParameterSet& params, int64_t epochs) {
  spec.constants.set(std::string(kEpochs), epochs);
  ParameterSet rest;
  for (const auto& [name, value] : params)
    if (name != kEpochs) rest.set(name, value);
  if (!spec.space.index_of(kEpochs)) return rest;
  std::vector<SearchParameter> kept;
  for (const SearchParameter& parameter : spec.space.parameters())
    if (parameter.name != kEpochs) kept.push_back(parameter);
  FOLDMILL_ASSIGN_OR_RETURN(spec.space, SearchSpace::create(std::move(kept), spec.constants));
  return rest;
}

// The search's objective as it is named on the test images, where it can be judged there at all.
ObjectiveSpec tested(const StudySpec& search) {
  ObjectiveSpec objective = search.objective;
  objective.take = Take::kLast;
  objective.metric = test_metric(search.objective.metric);
  const std::vector<std::string> metrics = metrics_of(search.model.type, JudgedOn::kTest);
  if (std::find(metrics.begin(), metrics.end(), objective.metric) == metrics.end())
    objective = {metrics.front(), Direction::kMinimize, Take::kLast};
  return objective;
}

}  // namespace

int64_t number_in_search(const StageOrigin& origin, TrialNumber trial) {
  return origin.trials.at(static_cast<size_t>(trial.value) % origin.trials.size());
}

StudySpec cross_validate_spec(const StudySpec& search, const CrossValidateStage& stage,
                              const std::vector<TrialRow>& best) {
  std::vector<int64_t> numbers;
  for (const TrialRow& trial : best) numbers.push_back(trial.number.value);
  StudySpec spec = stage_of(search, Stage::kCrossValidate, std::move(numbers));
  for (const TrialRow& trial : best) spec.enqueue.push_back(trial.params);
  spec.folds.k = stage.k;
  spec.folds.repeats = stage.repeats;
  spec.folds.stratified = stage.stratified;
  spec.folds.shuffle = stage.shuffle;
  // With as many folds as groups they can be left out one by one; else groups only stay together.
  spec.folds.leave_one_group_out = search.folds.leave_one_group_out && stage.k == search.folds.k;
  spec.schedule.aggregate = search.schedule.aggregate;
  return spec;
}

Result<StudySpec> train_spec(const StudySpec& search, const TrainStage& stage, int64_t number,
                             const ParameterSet& params) {
  StudySpec spec = stage_of(search, Stage::kTrain, {number});
  spec.folds = single_fold(search.folds, /*hold_out=*/!stage.on_validation_too);
  ParameterSet given = params;
  if (stage.epochs) {
    FOLDMILL_ASSIGN_OR_RETURN(given, fix_epochs(spec, params, *stage.epochs));
  }
  spec.enqueue = {std::move(given)};
  if (stage.on_validation_too) {
    const std::vector<std::string> metrics = metrics_of(search.model.type, JudgedOn::kNothing);
    spec.objective = {metrics.front(), Direction::kMinimize, Take::kLast};
    spec.constraints.clear();  // most of them are on what was validated
  }
  return spec;
}

Result<StudySpec> test_spec(const StudySpec& search, const StudySpec& trained, int64_t number,
                            const ParameterSet& params, std::vector<ArtifactRef> models) {
  StudySpec spec = stage_of(search, Stage::kTest, {number});
  spec.folds = trained.folds;
  spec.evaluate = std::move(models);
  FOLDMILL_ASSIGN_OR_RETURN(ParameterSet given, fix_epochs(spec, params, 1));
  spec.enqueue = {std::move(given)};
  spec.objective = tested(search);
  spec.constraints.clear();
  return spec;
}

}  // namespace foldmill
