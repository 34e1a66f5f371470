// Several objectives and constraints of a study: what it is judged by, and what is refused.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/core/study_faults.h"

namespace foldmill {
namespace {

StudySpec two_objectives() {
  StudySpec spec = sound_spec();
  spec.model.type = "vae";
  spec.more_objectives = {{"val_kl", Direction::kMinimize}};
  spec.constraints = {{"val_mse_unit", Relation::kAtMost, 0.1}, {"val_kl", Relation::kAtLeast, 1}};
  spec.pruning.type = "none";
  return spec;
}

TEST(Objectives, SoundOnesPass) {
  EXPECT_EQ(two_objectives().validate(), ok_status());
  StudySpec one = sound_spec();
  one.constraints = {{"val_loss", Relation::kAtMost, 0.1}};
  EXPECT_EQ(one.validate(), ok_status());
  for (const char* sampler : {"nsga2", "tpe", "random", "qmc", "auto"}) {
    StudySpec spec = two_objectives();
    spec.sampler.type = sampler;
    EXPECT_EQ(spec.validate(), ok_status()) << sampler;
  }
}

TEST(Objectives, FurtherMetricsAreNamedOnceAndWithoutTheFirstObjective) {
  StudySpec spec = two_objectives();
  spec.constraints.push_back({"val_loss", Relation::kAtMost, 1});
  spec.constraints.push_back({"val_mse_unit", Relation::kAtLeast, 0});
  EXPECT_EQ(spec.further_metrics(), (std::vector<Text>{"val_kl", "val_mse_unit"}));
  EXPECT_EQ(spec.goals().size(), 2u);
  EXPECT_EQ(spec.goals().front().metric, "val_loss");
}

TEST(Objectives, ViolationsAreSummedOverTheConstraints) {
  StudySpec spec = two_objectives();
  spec.constraints.push_back({"val_loss", Relation::kAtMost, 2});
  EXPECT_EQ(spec.violation(2, {{"val_kl", 1}, {"val_mse_unit", 0.05}}), 0);
  EXPECT_DOUBLE_EQ(spec.violation(3, {{"val_kl", 0.5}, {"val_mse_unit", 0.2}}), 0.5 + 0.5 + 1);
  EXPECT_TRUE(std::isinf(spec.violation(2, {{"val_kl", 1}})));
  EXPECT_TRUE(std::isinf(spec.violation(std::nan(""), {{"val_kl", 1}, {"val_mse_unit", 0}})));
}

TEST(Objectives, MetricsAreNamedByTheImagesThatTheyAreOf) {
  EXPECT_EQ(test_metric("val_loss"), "test_loss");
  EXPECT_EQ(test_metric("train_accuracy"), "test_accuracy");
  EXPECT_EQ(test_metric("frechet_distance"), "test_frechet_distance");
  EXPECT_EQ(test_metric("test_kl"), "test_kl");
  EXPECT_EQ(test_metric("n_parameters"), "n_parameters");
  EXPECT_EQ(metrics_of("classifier"), (std::vector<Text>{"val_loss", "val_accuracy", "train_loss",
                                                         "train_accuracy", "n_parameters"}));
  EXPECT_EQ(metrics_of("classifier", JudgedOn::kNothing),
            (std::vector<Text>{"train_loss", "train_accuracy", "n_parameters"}));
  EXPECT_EQ(metrics_of("gan", JudgedOn::kTest),
            (std::vector<Text>{"test_frechet_distance", "n_parameters"}));
  EXPECT_TRUE(metrics_of("command", JudgedOn::kTest).empty());
}

TEST(Objectives, AStudyHasTheMetricsOfTheImagesThatItIsJudgedOn) {
  StudySpec test = sound_spec();
  test.evaluate = {{Text(64, 'a'), 10}};
  test.objective.metric = "test_loss";
  EXPECT_EQ(test.judged_on(), JudgedOn::kTest);
  EXPECT_EQ(test.validate(), ok_status());
  expect_refused(test, {{"objective.metric: 'val_loss' is not known; choose one of test_loss",
                         [](StudySpec& s) { s.objective.metric = "val_loss"; }}});
  StudySpec train = sound_spec();
  train.folds.hold_out = false;
  train.objective.metric = "train_loss";
  EXPECT_EQ(train.judged_on(), JudgedOn::kNothing);
  EXPECT_EQ(train.validate(), ok_status());
  expect_refused(train, {{"objective.metric: 'val_loss' is not known",
                          [](StudySpec& s) { s.objective.metric = "val_loss"; }},
                         {"objective.take: with all images in training none is left",
                          [](StudySpec& s) { s.objective.take = Take::kBestEpoch; }}});
}

TEST(Objectives, WhatCannotBeServedIsRefused) {
  expect_refused(
      two_objectives(),
      {{"objective.metrics.metric: 'val_kll' is not known; did you mean 'val_kl'?",
        [](StudySpec& s) { s.more_objectives[0].metric = "val_kll"; }},
       {"objective.metrics: 'val_loss' is named twice",
        [](StudySpec& s) { s.more_objectives[0].metric = "val_loss"; }},
       {"objective.metrics: at most 8 objectives, got 10",
        [](StudySpec& s) { s.more_objectives.assign(9, s.more_objectives[0]); }},
       {"pruning.type: median compares trials by one value, and this study has 2 objectives",
        [](StudySpec& s) { s.pruning.type = "median"; }},
       {"search.sampler.type: gp searches for the best of one value",
        [](StudySpec& s) { s.sampler.type = "gp"; }},
       {"search.sampler.type: cmaes searches for the best of one value",
        [](StudySpec& s) { s.sampler.type = "cmaes"; }}});
}

TEST(Objectives, ConstraintsThatCannotBeHeldAreRefused) {
  const auto constraint = [](const char* metric, Relation relation, double bound) {
    return [=](StudySpec& s) { s.constraints.push_back({metric, relation, bound}); };
  };
  expect_refused(
      two_objectives(),
      {{"objective.constraints: 'n_parameter' is not known; did you mean 'n_parameters'?",
        constraint("n_parameter", Relation::kAtMost, 1)},
       {"objective.constraints: no value holds both val_mse_unit <= 0.1 and val_mse_unit >= 0.2",
        constraint("val_mse_unit", Relation::kAtLeast, 0.2)},
       {"needs a metric and a finite bound",
        constraint("val_kl", Relation::kAtMost, std::numeric_limits<double>::infinity())},
       {"needs a metric and a finite bound", constraint("", Relation::kAtMost, 1)},
       {"objective.constraints: at most 100",
        [](StudySpec& s) { s.constraints.assign(101, s.constraints[0]); }}});
  StudySpec gp = sound_spec();
  gp.sampler.type = "gp";
  expect_refused(gp, {{"search.sampler.type: gp does not learn from constraints",
                       constraint("val_loss", Relation::kAtMost, 1)}});
}

TEST(Objectives, ProgramsOfTheUsersReportWhatTheyLike) {
  StudySpec spec = sound_command_spec();
  spec.pruning.type = "none";
  spec.more_objectives = {{"seconds_per_image", Direction::kMinimize}};
  spec.constraints = {{"bytes", Relation::kAtMost, 1e6}};
  EXPECT_EQ(spec.validate(), ok_status());
}

}  // namespace
}  // namespace foldmill
