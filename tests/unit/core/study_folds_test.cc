// Folds, their schedule and what follows a search: what StudySpec::validate() refuses.

#include <gtest/gtest.h>

#include "core/study.h"
#include "tests/unit/core/study_faults.h"

namespace foldmill {
namespace {

StudySpec five_folds() {
  StudySpec spec = sound_spec();
  spec.folds.k = 5;
  spec.trials = 20;
  return spec;
}

TEST(StudyFolds, SoundOnesPass) {
  StudySpec spec = five_folds();
  spec.folds.repeats = 2;
  spec.schedule.race.emplace();
  spec.final_stages = {.cross_validate = CrossValidateStage{}, .train = TrainStage{}, .test = true};
  EXPECT_EQ(spec.validate(), ok_status());
  spec = five_folds();
  spec.folds.groups = "writers.txt";
  spec.folds.leave_one_group_out = true;
  spec.schedule.aggregate = Aggregate::kMedian;
  EXPECT_EQ(spec.validate(), ok_status());
  spec = five_folds();
  spec.schedule.top = 3;
  EXPECT_EQ(spec.validate(), ok_status());
}

TEST(StudyFolds, RefusesSplitsThatAreNone) {
  expect_refused(
      five_folds(),
      {{"folds.repeats: must be at least 1", [](StudySpec& s) { s.folds.repeats = 0; }},
       {"folds.repeats: repeats a k-fold split",
        [](StudySpec& s) { s.folds.k = 1, s.folds.repeats = 2; }},
       {"folds.repeats: without shuffle",
        [](StudySpec& s) { s.folds.shuffle = false, s.folds.repeats = 2; }},
       {"folds.repeats: 5 folds 21 times are 105", [](StudySpec& s) { s.folds.repeats = 21; }},
       {"folds.leave_one_group_out: of which groups?",
        [](StudySpec& s) { s.folds.leave_one_group_out = true; }},
       {"folds.outer: must be at most 3, got 4", [](StudySpec& s) {
          s.folds.outer = OuterFold{4, 4};
        }}});
  StudySpec grouped = five_folds();
  grouped.folds.groups = "writers.txt";
  grouped.folds.leave_one_group_out = true;
  expect_refused(grouped, {{"each group is a fold; add k: N", [](StudySpec& s) { s.folds.k = 1; }},
                           {"folds.repeats: groups left out one by one",
                            [](StudySpec& s) { s.folds.repeats = 2; }}});
}

TEST(StudyFolds, RefusesSchedulesThatWouldDoNothing) {
  expect_refused(
      five_folds(),
      {{"folds.top: must be at most 20, got 21", [](StudySpec& s) { s.schedule.top = 21; }},
       {"folds.when: there is one fold", [](StudySpec& s) { s.folds.k = 1, s.schedule.top = 2; }},
       {"folds.aggregate: there is one fold",
        [](StudySpec& s) { s.folds.k = 1, s.schedule.aggregate = Aggregate::kMedian; }},
       {"folds.aggregate: the race compares means",
        [](StudySpec& s) {
          s.schedule.race.emplace(), s.schedule.aggregate = Aggregate::kMeanPlusStd;
        }},
       {"folds.race: pruning.type is race already",
        [](StudySpec& s) { s.schedule.race.emplace(), s.pruning = {.type = "race"}; }},
       {"folds.race: compares trials after 5 or more",
        [](StudySpec& s) {
          s.schedule.race = RaceSpec{0.95, 5};
        }},
       {"folds.race.confidence",
        [](StudySpec& s) {
          s.schedule.race = RaceSpec{1, 2};
        }},
       {"folds.race.min_folds", [](StudySpec& s) {
          s.schedule.race = RaceSpec{0.9, 1};
        }}});
}

TEST(StudyFolds, RefusesStagesThatCannotBe) {
  expect_refused(
      five_folds(),
      {{"final.cross_validate.k: must be at least 2",
        [](StudySpec& s) { s.final_stages.cross_validate = CrossValidateStage{.k = 1}; }},
       {"final.cross_validate.top: must be at most 20",
        [](StudySpec& s) { s.final_stages.cross_validate = CrossValidateStage{.top = 21}; }},
       {"final.cross_validate: folds.when asks for the same",
        [](StudySpec& s) { s.schedule.top = 2, s.final_stages.cross_validate.emplace(); }},
       {"final.train.epochs",
        [](StudySpec& s) {
          s.final_stages.train = TrainStage{true, 0};
        }},
       {"final.test: csv has no official test images",
        [](StudySpec& s) {
          s.data = {"csv", "/x.csv"}, s.final_stages.test = true;
        }},
       {"final: with several objectives",
        [](StudySpec& s) {
          s.pruning = {.type = "none"};
          s.more_objectives = {{"n_parameters", Direction::kMinimize}};
          s.final_stages.train.emplace();
        }},
       {"final: a stage of another study has no stages",
        [](StudySpec& s) {
          s.origin = StageOrigin{"other", Stage::kTrain, {0}};
          s.name = "other@train";
          s.final_stages.test = true;
        }},
       {"name: 'mine' is not that of the stage train of other", [](StudySpec& s) {
          s.origin = StageOrigin{"other", Stage::kTrain, {0}};
          s.name = "mine";
        }}});
  expect_refused(sound_command_spec(),
                 {{"train and test are for the models that foldmill trains itself",
                   [](StudySpec& s) { s.final_stages.train.emplace(); }}});
}

TEST(StudyFolds, RefusesResourcesThatAreNone) {
  expect_refused(sound_spec(),
                 {{"resources.slots", [](StudySpec& s) { s.resources.slots = 0; }},
                  {"resources.gpu_memory", [](StudySpec& s) { s.resources.gpu_memory_mib = -1; }},
                  {"resources.priority", [](StudySpec& s) { s.resources.priority = 1001; }}});
}

TEST(StudyFolds, ATopIsCrossValidatedOnTheStudysOwnFolds) {
  StudySpec spec = five_folds();
  EXPECT_EQ(spec.folds_per_trial(), 5);
  EXPECT_TRUE(spec.stages_to_follow().empty());
  spec.schedule.top = 3;
  spec.folds.repeats = 2;
  EXPECT_EQ(spec.folds_per_trial(), 1);
  EXPECT_EQ(spec.stages_to_follow().cross_validate,
            (CrossValidateStage{.k = 5, .repeats = 2, .top = 3}));
}

}  // namespace
}  // namespace foldmill
