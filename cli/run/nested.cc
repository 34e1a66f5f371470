#include "cli/run/nested.h"

#include "cli/output/format.h"
#include "core/fold_statistics.h"
#include "core/text.h"

namespace foldmill::cli {

Result<std::vector<StudySpec>> nested_studies(const StudySpec& spec, int outer_folds) {
  if (outer_folds < 2)
    return invalid_argument(concat("--nested ", outer_folds, ": at least 2 outer folds"));
  if (is_users_code(spec.model))
    return invalid_argument(
        "--nested trains and tests the winner of each search, which works for the models that "
        "foldmill trains itself");
  std::vector<StudySpec> studies;
  for (int fold = 0; fold < outer_folds; ++fold) {
    StudySpec& study = studies.emplace_back(spec);
    study.name = concat(spec.name, ".outer-", fold);
    study.folds.outer = OuterFold{outer_folds, fold};
    if (!study.final_stages.train) study.final_stages.train.emplace();
    study.final_stages.test = true;
  }
  return studies;
}

Result<std::string> sum_up_nested(StudySource& source, const std::vector<StudySpec>& studies) {
  std::vector<double> values;
  std::string metric;
  for (const StudySpec& study : studies) {
    FOLDMILL_ASSIGN_OR_RETURN(const StudyRow tested,
                              source.get_study(stage_study_name(study.name, Stage::kTest)));
    metric = tested.spec.objective.metric;
    if (!tested.best_value)
      return failed_precondition(concat("study ", tested.spec.name, " came to no value"));
    values.push_back(*tested.best_value);
  }
  const auto statistics = fold_statistics(values, test_to_train(FoldPlan{.k = 2}));
  if (!statistics || !statistics->spread)
    return failed_precondition("the outer folds came to no number");
  std::string out =
      concat("nested    ", metric, " ", short_number(statistics->mean), " ± ",
             short_number(statistics->spread->deviation), " (mean and standard deviation over ",
             values.size(), " outer folds)\n         ");
  for (const double value : values) out += concat(" ", short_number(value));
  return out + "\n";
}

}  // namespace foldmill::cli
