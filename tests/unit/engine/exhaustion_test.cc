// A sampler that has no more points completes its study.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;

class ExhaustionTest : public EngineTest {
 protected:
  // Six points.
  static StudySpec grid_study(int64_t trials) {
    StudySpec spec = small_study(trials);
    spec.sampler.type = "grid";
    spec.sampler.grid_points = 3;
    spec.space = SearchSpace::create({{"lr", *Distribution::make_float(0.001, 0.1), {}},
                                      {"on", *Distribution::make_categorical({true, false}), {}}})
                     .value();
    return spec;
  }
};

TEST_F(ExhaustionTest, TheStudyIsCompletedAndSaysWhy) {
  driver.create(grid_study(100));
  driver.join("a");
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 6);
  EXPECT_EQ(reason(), "all 6 points of the grid have been tried");
}

TEST_F(ExhaustionTest, RunningTrialsFinishFirst) {
  driver.create(grid_study(100));
  FakeWorker& worker = driver.join("a", 64);
  EXPECT_EQ(worker.tasks.size(), 6u);
  EXPECT_EQ(state(), StudyState::kActive);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 6);
}

TEST_F(ExhaustionTest, ARestartFindsItOutAnew) {
  driver.create(grid_study(100));
  FakeWorker& worker = driver.join("a", 64);
  EXPECT_EQ(worker.tasks.size(), 6u);
  driver.restart();
  driver.connect(worker);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_THAT(reason(), HasSubstr("all 6 points"));
}

TEST_F(ExhaustionTest, ALargerBudgetDoesNotBringItBack) {
  driver.create(grid_study(100));
  driver.join("a");
  driver.run_out();
  EXPECT_TRUE(driver.command("small", event::StudyVerb::kExtend, 200).status.ok());
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 6);
}

TEST_F(ExhaustionTest, TheBudgetMayEndItEarlier) {
  driver.create(grid_study(4));
  driver.join("a");
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 4);
  EXPECT_EQ(reason(), "");
}

}  // namespace
}  // namespace foldmill::engine
