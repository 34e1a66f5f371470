// A classifier that starts from another study's encoder.
#include <gmock/gmock.h>

#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using foldmill::testing::FakeWorker;
using ::testing::HasSubstr;

class EncoderTest : public CoordinatorFixture {
 protected:
  static StudySpec classifier(const std::string& name) {
    StudySpec spec = small_study(name);
    spec.model = {};
    spec.model.type = "classifier";
    spec.model.variant = "conv3";
    spec.model.encoder =
        EncoderSource{"cae", "best", "", true, false, ArtifactRef{std::string(64, 'f'), 4096}};
    spec.space = *SearchSpace::create({{"lr", *Distribution::make_float(1e-4, 1e-2), {}}});
    return spec;
  }

  // Two epochs to `value`, which leave a model of that content.
  ArtifactRef train(FakeWorker& worker, AttemptId attempt, double value,
                    const std::string& content) {
    const ArtifactRef model = worker.upload(content).value_or(ArtifactRef());
    worker.send(epoch(sequence_ + 1, attempt, 1, value));
    worker.send(epoch(sequence_ + 2, attempt, 2, value));
    worker.send({sequence_ + 3, proto::ArtifactSaved{attempt, "model.safetensors", model}});
    worker.send({sequence_ + 4, proto::AttemptFinished{attempt, {}}});
    for (int i = 0; i < 4; ++i) EXPECT_EQ(next_ack(worker).verdict, proto::AckVerdict::kAccepted);
    sequence_ += 4;
    return model;
  }

  uint64_t sequence_ = 0;
};

TEST_F(EncoderTest, TheBestFoldsWeightsArePartOfTheStudy) {
  StudySpec source = small_study("cae");
  source.folds.k = 2;
  ASSERT_TRUE(create(source).ok());
  const grpc::Status early = create(classifier("early"));
  EXPECT_EQ(early.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(early.error_message(), HasSubstr("no completed trial yet"));

  FakeWorker worker(channel_);
  worker.hello("a", "1", {}, 2);
  const AttemptId first = next_attempt(worker);
  const AttemptId second = next_attempt(worker);
  train(worker, first, 0.5, "the worse encoder");
  const ArtifactRef best = train(worker, second, 0.3, "the better encoder");

  ASSERT_TRUE(create(classifier("tuned")).ok());
  const auto assigned = worker.next<proto::SlotAssignment>();
  ASSERT_TRUE(assigned);
  ASSERT_TRUE(assigned->assignment.model.encoder);
  EXPECT_EQ(assigned->assignment.model.encoder->artifact, best);
  EXPECT_EQ(study("tuned").spec().model().encoder().artifact().sha256(), best.sha256);
  EXPECT_TRUE(create(classifier("tuned")).ok()) << "the same once more is the same study";
}

TEST_F(EncoderTest, AnUnknownStudyIsNamed) {
  const grpc::Status status = create(classifier("tuned"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("cae"));
}

}  // namespace
}  // namespace foldmill::coordinator
