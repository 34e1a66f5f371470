#include "core/study.h"

#include <algorithm>
#include <limits>

#include "core/enum_names.h"

namespace foldmill {
namespace {

constexpr EnumNames<Direction, 2> kDirections{
    {{Direction::kMinimize, "minimize"}, {Direction::kMaximize, "maximize"}}};

constexpr EnumNames<Normalize, 4> kNormalizes{{{Normalize::kUnit, "unit"},
                                               {Normalize::kStandard, "standard"},
                                               {Normalize::kSymmetric, "symmetric"},
                                               {Normalize::kGiven, "given"}}};

constexpr EnumNames<Take, 2> kTakes{{{Take::kLast, "last"}, {Take::kBestEpoch, "best_epoch"}}};

constexpr EnumNames<StudyState, 5> kStudyStates{{{StudyState::kActive, "active"},
                                                 {StudyState::kPaused, "paused"},
                                                 {StudyState::kCompleted, "completed"},
                                                 {StudyState::kCancelled, "cancelled"},
                                                 {StudyState::kFailed, "failed"}}};

constexpr std::string_view kEpochs = "epochs";

}  // namespace

const std::vector<std::string>& dataset_names() {
  static const std::vector<std::string> kNames = {"fashion-mnist", "mnist",        "idx",
                                                  "npy",           "image-folder", "csv"};
  return kNames;
}

int64_t StudySpec::epochs(const ParameterSet& params) const {
  const std::optional<int64_t> searched = params.get_int(kEpochs);
  return searched ? *searched : constants.get_int(kEpochs).value_or(1);
}

int64_t StudySpec::max_epochs() const {
  const std::optional<size_t> index = space.index_of(kEpochs);
  if (!index) return epochs({});
  const Distribution& range = space.parameters()[*index].distribution;
  if (const IntDistribution* whole = range.as_int()) return whole->high;
  int64_t largest = 1;
  if (const CategoricalDistribution* choice = range.as_categorical())
    for (const ParameterValue& value : choice->choices)
      if (const int64_t* epochs = std::get_if<int64_t>(&value))
        largest = std::max(largest, *epochs);
  return largest;
}

JudgedOn StudySpec::judged_on() const {
  if (!evaluate.empty()) return JudgedOn::kTest;
  return folds.hold_out ? JudgedOn::kValidation : JudgedOn::kNothing;
}

FinalStages StudySpec::stages_to_follow() const {
  FinalStages stages = final_stages;
  if (schedule.top > 0)
    stages.cross_validate = CrossValidateStage{.k = folds.k,
                                               .repeats = folds.repeats,
                                               .top = schedule.top,
                                               .stratified = folds.stratified,
                                               .shuffle = folds.shuffle};
  return stages;
}

std::vector<Goal> StudySpec::goals() const {
  std::vector<Goal> goals{{objective.metric, objective.direction}};
  goals.insert(goals.end(), more_objectives.begin(), more_objectives.end());
  return goals;
}

std::vector<std::string> StudySpec::further_metrics() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& metric) {
    if (metric != objective.metric && std::find(names.begin(), names.end(), metric) == names.end())
      names.push_back(metric);
  };
  for (const Goal& goal : more_objectives) add(goal.metric);
  for (const Constraint& constraint : constraints) add(constraint.metric);
  return names;
}

double StudySpec::violation(double value, const MetricValues& further) const {
  double total = 0;
  for (const Constraint& constraint : constraints)
    total += constraint.violation(constraint.metric == objective.metric
                                      ? value
                                      : find_metric(further, constraint.metric)
                                            .value_or(std::numeric_limits<double>::quiet_NaN()));
  return total;
}

std::string_view to_string(Direction v) { return name_in(kDirections, v); }
std::string_view to_string(Normalize v) { return name_in(kNormalizes, v); }
std::string_view to_string(Take v) { return name_in(kTakes, v); }
std::string_view to_string(StudyState v) { return name_in(kStudyStates, v); }

std::optional<Direction> parse_direction(std::string_view text) {
  return value_in(kDirections, text);
}

std::optional<Normalize> parse_normalize(std::string_view text) {
  return value_in(kNormalizes, text);
}

std::optional<Take> parse_take(std::string_view text) { return value_in(kTakes, text); }

std::optional<StudyState> parse_study_state(std::string_view text) {
  return value_in(kStudyStates, text);
}

bool is_finished(StudyState state) {
  return state == StudyState::kCompleted || state == StudyState::kCancelled ||
         state == StudyState::kFailed;
}

}  // namespace foldmill
