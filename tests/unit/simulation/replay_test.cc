#include "coordinator/simulation/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "core/study.h"

namespace foldmill::simulation {
namespace {

using ::testing::HasSubstr;

StudySpec study_of(int folds, int64_t epochs) {
  StudySpec spec;
  spec.name = "again";
  spec.folds.k = folds;
  spec.constants.set("epochs", epochs);
  spec.space = SearchSpace::create({{"x", *Distribution::make_float(0, 1), {}}}).value();
  return spec;
}

// Two whole trials at 0.2 and 0.9; one at 0.5, stopped in the first of its folds.
Recording recording() {
  return {"before",
          Direction::kMinimize,
          {{{{"x", 0.2}}, true, {{5, 4, 3}, {6, 5, 4}}, 10},
           {{{"x", 0.9}}, true, {{9, 8, 7}, {9, 8, 7}}, 20},
           {{{"x", 0.5}}, false, {{7, 7}, {}}, 0},
           {{{"x", 0.6}}, false, {{}, {}}, 0}}};
}

EpochOutcome at(double x, int64_t fold, int64_t epoch) {
  const auto curves = make_replay(recording());
  auto trial = curves->begin(study_of(2, 3), TrialNumber(0), {{"x", x}});
  return trial.value()->at(FoldIndex(fold), epoch).value();
}

TEST(Replay, TakesTheNearestTrialsCurvesAsTheyWere) {
  EXPECT_EQ(at(0.1, 1, 2).value, 5);
  EXPECT_EQ(at(0.1, 1, 2).seconds, 10);
  EXPECT_EQ(at(0.8, 0, 3).value, 7);
  EXPECT_EQ(at(0.8, 0, 3).seconds, 20);
  EXPECT_EQ(at(0.58, 0, 1).value, 7);  // the one at 0.6 never reported: 0.5 it is
  EXPECT_EQ(at(0.58, 0, 1).seconds, std::nullopt);
}

TEST(Replay, GoesOnFromWhereATrialWasStoppedByTheStepsOfAWholeOne) {
  EXPECT_EQ(at(0.5, 0, 3).value, 7 + (3 - 4));
  EXPECT_EQ(at(0.5, 1, 1).value, 7 + (6 - 5));  // the other fold, from the first one's epoch
  EXPECT_EQ(at(0.5, 1, 3).value, 7 + (4 - 4));
}

Status check(const StudySpec& spec, Recording what = recording()) {
  return make_replay(std::move(what))->check(spec);
}

TEST(Replay, RefusesWhatWasNotRecorded) {
  EXPECT_TRUE(check(study_of(2, 3)).ok());
  EXPECT_TRUE(check(study_of(1, 2)).ok());
  EXPECT_THAT(check(study_of(3, 3)).message(), HasSubstr("have 2 folds, and the file asks for 3"));
  EXPECT_THAT(check(study_of(2, 4)).message(), HasSubstr("have 3 epochs, and the file asks for 4"));
  StudySpec other = study_of(2, 3);
  other.objective.direction = Direction::kMaximize;
  EXPECT_THAT(check(other).message(), HasSubstr("to minimize its objective"));
  Recording stopped = recording();
  stopped.trials.erase(stopped.trials.begin(), stopped.trials.begin() + 2);
  EXPECT_THAT(check(study_of(2, 3), stopped).message(), HasSubstr("no trial of it has completed"));
  Recording told = recording();  // completed by its value alone
  told.trials = {{{{"x", 0.2}}, true, {{1, 2, 3}, {}}, 0}};
  EXPECT_EQ(check(study_of(2, 3), told).code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace foldmill::simulation
