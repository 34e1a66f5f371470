// The block `objective` of a study file: several metrics, constraints, and mistakes in them.

#include <gmock/gmock.h>

#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

using ::testing::ElementsAre;

StudySpec read(const std::string& objective) {
  const auto spec = read_study_text("s.yaml", study_text("  epochs: 2\n", objective + "\n"));
  EXPECT_TRUE(spec.ok()) << spec.status().message();
  return spec.ok() ? *spec : StudySpec();
}

TEST(ObjectiveBlock, TakesSeveralMetricsAndConstraints) {
  const StudySpec spec = read(
      "objective: {metrics: [{metric: val_mse_unit}, {metric: n_parameters, direction: minimize}],"
      " take: best_epoch, constraints: [n_parameters <= 2e5, \"val_loss >= 0.5\"]}");
  EXPECT_EQ(spec.objective,
            (ObjectiveSpec{"val_mse_unit", Direction::kMinimize, Take::kBestEpoch}));
  EXPECT_THAT(spec.more_objectives, ElementsAre(Goal{"n_parameters", Direction::kMinimize}));
  EXPECT_THAT(spec.constraints, ElementsAre(Constraint{"n_parameters", Relation::kAtMost, 200000},
                                            Constraint{"val_loss", Relation::kAtLeast, 0.5}));
}

TEST(ObjectiveBlock, MayBeAListOfMetrics) {
  const StudySpec spec = read("objective: [{metric: val_loss}, {metric: n_parameters}]");
  EXPECT_EQ(spec.objective, ObjectiveSpec());
  EXPECT_THAT(spec.more_objectives, ElementsAre(Goal{"n_parameters", Direction::kMinimize}));
}

TEST(ObjectiveBlock, SeveralMetricsTurnPruningOffUnlessItIsNamed) {
  EXPECT_EQ(read("objective: [{metric: val_loss}, {metric: n_parameters}]").pruning.type, "none");
  EXPECT_EQ(read("objective: [{metric: val_loss}]").pruning.type, "median");
  EXPECT_EQ(read("objective: {constraints: [n_parameters <= 9]}").pruning.type, "median");
}

class BadObjectives : public BadStudyFile {};

TEST_P(BadObjectives, IsRefusedWithPlaceAndFix) { expect_refused(); }

const BadFile kFiles[] = {
    {"PruningByOneValue",
     study_text("  epochs: 2\n",
                "objective: [{metric: val_loss}, {metric: n_parameters}]\npruning: {type: asha}\n"),
     "error: s.yaml:7:17: pruning.type: asha compares trials by one value, and this study has 2 "
     "objectives; write type: none, or keep one objective\n"
     "    7 | pruning: {type: asha}\n"
     "      |                 ^^^^"},
    {"MetricsAreNoList", study_text("  epochs: 2\n", "objective: {metrics: val_loss}\n"),
     "error: s.yaml:6:22: objectives are a list, got a single value\n"
     "    6 | objective: {metrics: val_loss}\n"
     "      |                      ^^^^^^^^ write [{metric: val_loss, direction: minimize}, …]"},
    {"NamelessObjective",
     study_text("  epochs: 2\n", "objective: [{metric: val_loss}, {direction: minimize}]\n"),
     "error: s.yaml:6:33: an objective needs a metric\n"
     "    6 | objective: [{metric: val_loss}, {direction: minimize}]\n"
     "      |                                 ^ write {metric: val_loss}"},
    {"UnknownSecondMetric",
     study_text("  epochs: 2\n", "objective: [{metric: val_loss}, {metric: n_parameter}]\n"),
     "error: s.yaml:6:12: objective.metrics.metric: 'n_parameter' is not known; did you mean "
     "'n_parameters'?\n"
     "    6 | objective: [{metric: val_loss}, {metric: n_parameter}]\n"
     "      |            ^"},
    {"StrictConstraint",
     study_text("  epochs: 2\n", "objective: {constraints: [n_parameters < 9]}\n"),
     "error: s.yaml:6:27: 'n_parameters < 9' has '<', which is neither <= nor >=; write a metric, "
     "<= or >=, and a number: \"n_parameters <= 200000\"\n"
     "    6 | objective: {constraints: [n_parameters < 9]}\n"
     "      |                           ^^^^^^^^^^^^^^^^"},
    {"ConstraintOnAnUnknownMetric",
     study_text("  epochs: 2\n", "objective: {constraints: [\"val_los <= 9\"]}\n"),
     "error: s.yaml:6:26: objective.constraints: 'val_los' is not known; did you mean 'val_loss'?\n"
     "    6 | objective: {constraints: [\"val_los <= 9\"]}\n"
     "      |                          ^"},
    {"ConstraintsAreNoList", study_text("  epochs: 2\n", "objective: {constraints: a <= 9}\n"),
     "error: s.yaml:6:26: constraints are a list, got a single value\n"
     "    6 | objective: {constraints: a <= 9}\n"
     "      |                          ^^^^^^ write [\"n_parameters <= 200000\"]"},
};

INSTANTIATE_TEST_SUITE_P(All, BadObjectives, ::testing::ValuesIn(kFiles), label_of);

}  // namespace
}  // namespace foldmill::cli
