#include "core/final_stages.h"

#include "core/enum_names.h"
#include "core/text.h"

namespace foldmill {
namespace {

constexpr EnumNames<Stage, 3> kStages{
    {{Stage::kCrossValidate, "cross-validate"}, {Stage::kTrain, "train"}, {Stage::kTest, "test"}}};

}  // namespace

std::vector<Stage> stages_in_order(const FinalStages& stages) {
  std::vector<Stage> order;
  if (stages.cross_validate) order.push_back(Stage::kCrossValidate);
  if (stages.train) order.push_back(Stage::kTrain);
  if (stages.test) order.push_back(Stage::kTest);
  return order;
}

std::string stage_study_name(std::string_view study, Stage stage) {
  return concat(study, kStageSeparator, to_string(stage));
}

std::string_view to_string(Stage v) { return name_in(kStages, v); }
std::optional<Stage> parse_stage(std::string_view text) { return value_in(kStages, text); }

}  // namespace foldmill
