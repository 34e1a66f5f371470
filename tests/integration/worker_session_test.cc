#include <gmock/gmock.h>

#include <cmath>

#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using foldmill::testing::FakeWorker;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WorkerSessionTest : public CoordinatorFixture {
 protected:
  static proto::AckVerdict verdict_of(FakeWorker& worker) { return next_ack(worker).verdict; }
};

TEST_F(WorkerSessionTest, AStudyIsWorkedOffFromHelloToTheEnd) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  ASSERT_GE(attempt.value, 1);
  worker.send({1, proto::AttemptStarted{attempt}});
  worker.send(epoch(2, attempt, 1, 0.5));
  worker.send(epoch(3, attempt, 2, 0.25));
  worker.send({4, proto::AttemptFinished{attempt, {}}});
  for (uint64_t sequence = 1; sequence <= 4; ++sequence) {
    const auto ack = worker.next<proto::Ack>();
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->sequence, sequence);
    EXPECT_EQ(ack->verdict, proto::AckVerdict::kAccepted) << ack->message;
  }
  const v1::Study done = study("s");
  EXPECT_EQ(done.state(), v1::STUDY_STATE_COMPLETED);
  EXPECT_EQ(done.best_value(), 0.25);
}

TEST_F(WorkerSessionTest, ReportsAreOnDiskWhenTheyAreAcknowledged) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(verdict_of(worker), proto::AckVerdict::kAccepted);
  const v1::Trial seen = trial("s");
  ASSERT_EQ(seen.folds_size(), 1);
  ASSERT_EQ(seen.folds(0).curve_size(), 1);
  EXPECT_EQ(seen.folds(0).curve(0).value(), 0.5);
}

TEST_F(WorkerSessionTest, RepeatedUnknownAndBrokenReportsGetDefiniteAnswers) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(verdict_of(worker), proto::AckVerdict::kAccepted);
  worker.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(verdict_of(worker), proto::AckVerdict::kDuplicate);
  worker.send(epoch(2, AttemptId(999), 1, 0.5));
  EXPECT_EQ(verdict_of(worker), proto::AckVerdict::kSuperseded);
  v1::WorkerMessage broken = proto::encode(epoch(3, attempt, 2, 0.5));
  broken.mutable_epoch_report()->set_epoch(-1);
  worker.send_raw(broken);
  EXPECT_EQ(verdict_of(worker), proto::AckVerdict::kRejected);
  worker.send(epoch(4, attempt, 2, 0.5));
  EXPECT_EQ(verdict_of(worker), proto::AckVerdict::kAccepted);
}

TEST_F(WorkerSessionTest, AWorkerThatComesBackKeepsItsAttempt) {
  auto first = std::make_unique<FakeWorker>(channel_);
  const AttemptId attempt = first_attempt(*first);
  first.reset();  // vanishes
  FakeWorker again(channel_);
  again.hello("a", "1", {running(attempt), running(AttemptId(999))});
  const auto welcome = again.next<proto::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_THAT(welcome->keep, ElementsAre(attempt));
  again.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(verdict_of(again), proto::AckVerdict::kAccepted);
}

TEST_F(WorkerSessionTest, AttemptsOutliveTheCoordinator) {
  AttemptId attempt;
  {
    FakeWorker worker(channel_);
    attempt = first_attempt(worker);
    coordinator_->shutdown();
    EXPECT_EQ(worker.end().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  coordinator_.reset();
  start();
  FakeWorker again(channel_);
  again.hello("a", "1", {running(attempt)});
  const auto welcome = again.next<proto::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_THAT(welcome->keep, ElementsAre(attempt));
}

TEST_F(WorkerSessionTest, AnotherProtocolIsRefusedNamingBoth) {
  FakeWorker worker(channel_);
  proto::Hello hello;
  hello.protocol = proto::kProtocolVersion + 41;
  hello.version = "9.9";
  hello.name = "new";
  worker.send({0, hello});
  const grpc::Status status = worker.end();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("9.9"));
  EXPECT_THAT(status.error_message(), HasSubstr("protocol 42"));
}

TEST_F(WorkerSessionTest, GarbageEndsOnlyItsOwnSession) {
  FakeWorker empty(channel_);
  empty.send_raw({});
  EXPECT_EQ(empty.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  FakeWorker silent(channel_);
  silent.send({0, proto::Heartbeat{}});
  EXPECT_EQ(silent.end().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  FakeWorker twice(channel_);
  twice.hello("a");
  twice.hello("a");
  EXPECT_EQ(twice.end().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  FakeWorker sound(channel_);
  sound.hello("b");
  EXPECT_TRUE(sound.next<proto::Welcome>());
}

TEST_F(WorkerSessionTest, AWorkerThatWasTurnedOutIsGivenNothingMore) {
  FakeWorker out(channel_);
  out.hello("a");
  EXPECT_TRUE(out.next<proto::Welcome>());
  out.send_raw({});
  EXPECT_EQ(out.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  FakeWorker sound(channel_);
  sound.hello("b");
  EXPECT_TRUE(sound.next<proto::Welcome>());
  ASSERT_TRUE(create(small_study("s")).ok());
  EXPECT_TRUE(sound.next<proto::SlotAssignment>());
}

}  // namespace
}  // namespace foldmill::coordinator
