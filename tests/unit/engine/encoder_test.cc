// Studies whose trials start from another study's weights.
#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;

class EncoderTest : public EngineTest {
 protected:
  static StudySpec study_of(const std::string& weights) {
    StudySpec spec = small_study(1, 1, 4);
    spec.model.encoder =
        EncoderSource{"other", "best", "", false, false, testing::fake_artifact(weights)};
    return spec;
  }
};

TEST_F(EncoderTest, TheFileThatAStudyStartsFromIsKeptAcrossARestart) {
  const StudySpec spec = study_of("weights");
  driver.create(spec);
  FakeWorker& worker = driver.join("a");
  const AttemptId attempt = worker.attempt();
  EXPECT_EQ(worker.assignment().model.encoder, spec.model.encoder);
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "weights");
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 2, "two");
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  driver.restart();
  driver.connect(worker);
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 3, "weights");
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 4, "four");
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 5, "five");  // the fold does not need the third any more
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
}

// What is best may have changed since.
TEST_F(EncoderTest, TheSameStudyAgainKeepsTheWeightsThatItHas) {
  ASSERT_EQ(driver.create(study_of("first")).status, ok_status());
  EXPECT_EQ(driver.create(study_of("second")).status, ok_status());
  EXPECT_EQ(driver.study().spec.model.encoder->artifact, testing::fake_artifact("first"));
}

TEST_F(EncoderTest, AnotherEncoderIsAnotherStudy) {
  ASSERT_EQ(driver.create(study_of("first")).status, ok_status());
  StudySpec other = study_of("first");
  other.model.encoder->trial = "3";
  const Status status = driver.create(other).status;
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(status.message(), HasSubstr("differs in model"));
}

}  // namespace
}  // namespace foldmill::engine
