// Weights that a study waits for, and stages that follow a search.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StagesTest : public EngineTest {
 protected:
  static StudySpec waiting() {
    StudySpec spec = small_study(1);
    spec.name = "tuned";
    spec.model.type = "classifier";
    spec.model.encoder = EncoderSource{"small", "best", "", false, /*wait=*/true, std::nullopt};
    return spec;
  }
  void look_up(StudyId study, Result<std::optional<ArtifactRef>> found) {
    driver.send(event::EncoderLookedUp{study, std::move(found)});
  }
  static StudySpec stage_of(const std::string& study, Stage stage) {
    StudySpec spec = small_study(1);
    spec.origin = StageOrigin{study, stage, {0}};
    spec.enqueue.emplace_back().set("lr", 0.01);
    spec.name = stage_study_name(study, stage);
    return spec;
  }
};

TEST_F(StagesTest, AStudyThatWaitsBeginsWhenItsWeightsAreThere) {
  driver.create(waiting());
  EXPECT_EQ(driver.performed<effect::FindEncoder>().size(), 1u);
  FakeWorker& worker = driver.join("a");
  EXPECT_THAT(worker.tasks, IsEmpty());
  look_up(StudyId(1), std::optional<ArtifactRef>());  // the other study is not there
  EXPECT_THAT(worker.tasks, IsEmpty());

  driver.create(small_study(1));
  driver.complete(worker, worker.attempt());
  ASSERT_EQ(driver.performed<effect::FindEncoder>().size(), 1u);
  look_up(StudyId(1), std::optional(testing::fake_artifact("weights")));
  ASSERT_EQ(worker.tasks.size(), 1u);
  EXPECT_EQ(worker.assignment().model.encoder->artifact, testing::fake_artifact("weights"));
  look_up(StudyId(1), std::optional(testing::fake_artifact("later ones")));  // too late
  EXPECT_EQ(driver.study(1).spec.model.encoder->artifact, testing::fake_artifact("weights"));
}

TEST_F(StagesTest, ARestartAsksForTheWeightsAgain) {
  driver.create(waiting());
  driver.restart();
  EXPECT_EQ(driver.performed<effect::FindEncoder>().size(), 1u);
  look_up(StudyId(1), std::optional(testing::fake_artifact("weights")));
  driver.restart();
  EXPECT_THAT(driver.performed<effect::FindEncoder>(), IsEmpty());
  driver.join("a");
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(StagesTest, WeightsThatWillNotComeFailTheStudyAndAResumeLooksAgain) {
  driver.create(waiting());
  look_up(StudyId(1), failed_precondition("the study small is cancelled"));
  EXPECT_EQ(state(), StudyState::kFailed);
  EXPECT_TRUE(driver.command("tuned", event::StudyVerb::kResume).status.ok());
  EXPECT_EQ(driver.performed<effect::FindEncoder>().size(), 1u);
}

// A stage of the search's trials 4 and 7.
StudySpec validation_of_two() {
  StudySpec spec = small_study(2);
  spec.origin = StageOrigin{"small", Stage::kCrossValidate, {4, 7}};
  spec.name = "small@cross-validate";
  for (const double lr : {0.04, 0.07}) spec.enqueue.emplace_back().set("lr", lr);
  return spec;
}

TEST_F(StagesTest, ATrialOfAStageThatFailsIsNotMadeUpForByAnother) {
  driver.create(validation_of_two());
  FakeWorker& worker = driver.join("a");
  driver.finish(worker, worker.attempt(), failed(EndCause::kDiverged));
  ASSERT_EQ(worker.tasks.size(), 1u);
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_THAT(reason(), HasSubstr("1 of its 2 trials failed"));
  const auto again = driver.command("small@cross-validate", event::StudyVerb::kResume);
  EXPECT_THAT(again.status.message(), HasSubstr("have ended"));
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(driver.study().trials.size(), 2u);
}

TEST_F(StagesTest, AStageWhoseTrialsAllFailHasFailedAndAResumeTriesTheSameOnesAgain) {
  driver.create(validation_of_two());
  FakeWorker& worker = driver.join("a");
  for (int trial = 0; trial < 2; ++trial)
    driver.finish(worker, worker.attempt(), failed(EndCause::kDiverged, "inf at step 3"));
  EXPECT_EQ(state(), StudyState::kFailed);
  EXPECT_THAT(reason(), HasSubstr("inf at step 3"));
  EXPECT_THAT(worker.tasks, IsEmpty());

  EXPECT_TRUE(driver.command("small@cross-validate", event::StudyVerb::kResume).status.ok());
  driver.restart();
  driver.connect(worker);
  driver.finish(worker, worker.attempt(), failed(EndCause::kDiverged));
  driver.restart();  // in the middle of the second round
  driver.connect(worker);
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(state(), StudyState::kCompleted);
  ASSERT_EQ(driver.study().trials.size(), 4u);
  EXPECT_EQ(driver.trial(2).params, driver.trial(0).params);
  EXPECT_EQ(driver.trial(3).params, driver.trial(1).params);
}

TEST_F(StagesTest, AStageGetsNoMoreTrialsThanItWasGiven) {
  driver.create(validation_of_two());
  const auto refused = driver.command("small@cross-validate", event::StudyVerb::kExtend, 5);
  EXPECT_THAT(refused.status.message(), HasSubstr("stage cross-validate of small"));
  const auto point = driver.enqueue({.study = "small@cross-validate", .point = {}});
  EXPECT_THAT(point.status.message(), HasSubstr("whose trials are given"));
}

TEST_F(StagesTest, ACompletedSearchAsksForItsNextStageOnceItIsOnDisk) {
  StudySpec spec = small_study(1);
  spec.final_stages.train.emplace();
  driver.create(spec);
  FakeWorker& worker = driver.join("a");
  driver.complete(worker, worker.attempt());
  const auto made = driver.performed<effect::MakeNextStage>();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made.front().name, "small");
  driver.send(event::StageMade{StudyId(1), std::optional(stage_of("small", Stage::kTrain))});
  EXPECT_EQ(driver.study(2).spec.name, "small@train");
  ASSERT_EQ(worker.tasks.size(), 1u);
  // The same answer again, as after a crash between the two: nothing happens twice.
  driver.send(event::StageMade{StudyId(1), std::optional(stage_of("small", Stage::kTrain))});
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(driver.performed<effect::MakeNextStage>().at(0).name, "small@train");
  driver.send(event::StageMade{StudyId(2), std::optional<StudySpec>()});
  EXPECT_TRUE(driver.violations().empty());
}

TEST_F(StagesTest, ARestartAsksForTheNextStageAgain) {
  StudySpec spec = small_study(1);
  spec.final_stages.train.emplace();
  driver.create(spec);
  driver.join("a");
  driver.run_out();
  driver.restart();
  EXPECT_EQ(driver.performed<effect::MakeNextStage>().size(), 1u);
}

TEST_F(StagesTest, WhyNoStageFollowsStandsInTheStudy) {
  StudySpec spec = small_study(1);
  spec.final_stages.train.emplace();
  driver.create(spec);
  driver.join("a");
  driver.run_out();
  driver.send(event::StageMade{StudyId(1), failed_precondition("no trial has completed")});
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(driver.ledger().reason(StudyId(1)), "no trial has completed");
}

TEST_F(StagesTest, StagesMayBeAskedForLater) {
  StudySpec spec = small_study(1);
  spec.data.dataset = "mnist";  // which has test images
  spec.model.variant = "conv3";
  driver.create(spec);
  int64_t request = 900;
  const auto ask = [&](FinalStages stages) {
    driver.send(event::StagesRequested{RequestId(++request), "small", std::move(stages)});
    return driver.performed<effect::Reply>().at(0).status;
  };
  EXPECT_THAT(ask({.test = true}).message(), HasSubstr("they follow a study that has completed"));
  driver.join("a");
  driver.run_out();
  EXPECT_TRUE(ask({.train = TrainStage{}}).ok());
  EXPECT_EQ(driver.performed<effect::MakeNextStage>().size(), 1u);
  EXPECT_TRUE(driver.study().spec.final_stages.train.has_value());
  driver.send(event::StageMade{StudyId(1), std::optional(stage_of("small", Stage::kTrain))});
  EXPECT_THAT(ask({.train = TrainStage{}}).message(), HasSubstr("small@train is there already"));
}

}  // namespace
}  // namespace foldmill::engine
