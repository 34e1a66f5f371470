#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <thread>

#include "tests/integration/coordinator_fixture.h"
#include "tests/support/process.h"

namespace foldmill::coordinator {
namespace {

using foldmill::testing::FakeWorker;
using proto::AckVerdict;
using ::testing::AnyOf;
using ::testing::HasSubstr;

// Workers that say what they should not: each gets its definite answer, the others are served on.
class BadWorkersTest : public CoordinatorFixture {
 protected:
  void TearDown() override {
    FakeWorker sound(channel_);
    sound.hello("sound");
    EXPECT_TRUE(sound.next<proto::Welcome>()) << "the coordinator no longer serves";
    ASSERT_TRUE(create(small_study("another")).ok());
    EXPECT_GE(next_attempt(sound).value, 1);
  }

  void expect_failed(v1::EndCause cause, const std::string& reason) {
    const v1::Trial failed = trial("s");
    EXPECT_EQ(failed.state(), v1::TRIAL_STATE_FAILED);
    EXPECT_EQ(failed.cause(), cause);
    EXPECT_THAT(failed.message(), HasSubstr(reason));
  }

  // How the session of a worker ends that begins like this.
  grpc::Status end_after(const proto::WorkerMessage& message) {
    FakeWorker worker(channel_);
    worker.send(message);
    return worker.end();
  }
};

TEST_F(BadWorkersTest, ALossThatIsNotANumberEndsTheTrialAsDiverged) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kAccepted);
  const auto stop = worker.next<proto::Stop>();
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->attempt, attempt);
  EXPECT_EQ(stop->cause, EndCause::kCancelled);
  expect_failed(v1::END_CAUSE_DIVERGED, "val_loss is nan at epoch 1");
  const v1::Trial seen = trial("s");
  ASSERT_EQ(seen.folds(0).curve_size(), 1);
  EXPECT_TRUE(std::isnan(seen.folds(0).curve(0).value()));
}

TEST_F(BadWorkersTest, InfinityIsKeptAsItIs) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, -std::numeric_limits<double>::infinity()));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kAccepted);
  expect_failed(v1::END_CAUSE_DIVERGED, "val_loss is -inf at epoch 1");
  EXPECT_EQ(trial("s").folds(0).curve(0).value(), -std::numeric_limits<double>::infinity());
}

TEST_F(BadWorkersTest, AnAttemptThatNobodyKnowsIsSuperseded) {
  FakeWorker worker(channel_);
  first_attempt(worker);
  worker.send(epoch(1, AttemptId(999), 1, 0.5));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(trial("s").epochs(), 0);
}

TEST_F(BadWorkersTest, AnAttemptOfAnotherWorkerIsSuperseded) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  FakeWorker thief(channel_);
  thief.hello("thief");
  thief.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(next_ack(thief).verdict, AckVerdict::kSuperseded);
  thief.send({2, proto::AttemptFinished{attempt, {}}});
  EXPECT_EQ(next_ack(thief).verdict, AckVerdict::kSuperseded);
  worker.send(epoch(1, attempt, 1, 0.25));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kAccepted);
}

TEST_F(BadWorkersTest, AnAttemptThatHasEndedIsSuperseded) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, 0.5));
  worker.send(epoch(2, attempt, 2, 0.25));
  worker.send({3, proto::AttemptFinished{attempt, {}}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kAccepted);
  worker.send(epoch(4, attempt, 2, 0.125));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kSuperseded);
  worker.send({5, proto::AttemptFinished{attempt, {}}});
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(study("s").best_value(), 0.25);
}

TEST_F(BadWorkersTest, ARepeatedEpochCountsOnce) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kAccepted);
  worker.send(epoch(2, attempt, 1, 0.125));  // another number, another value, the same epoch
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kDuplicate);
  const v1::Trial seen = trial("s");
  ASSERT_EQ(seen.folds(0).curve_size(), 1);
  EXPECT_EQ(seen.folds(0).curve(0).value(), 0.5);
}

// A network that repeats, and a worker that sends again what was not acknowledged in time.
TEST_F(BadWorkersTest, AStreamThatRepeatsEverythingIsRecordedOnce) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  const std::vector<proto::WorkerMessage> stream = {
      {1, proto::AttemptStarted{attempt}}, epoch(2, attempt, 1, 0.5), epoch(3, attempt, 2, 0.25)};
  for (size_t sent = 1; sent <= stream.size(); ++sent)
    for (size_t again = 0; again < sent; ++again) {
      worker.send(stream[again]);
      EXPECT_EQ(next_ack(worker).verdict,
                again + 1 == sent ? AckVerdict::kAccepted : AckVerdict::kDuplicate);
    }
  const v1::Trial seen = trial("s");
  ASSERT_EQ(seen.folds(0).curve_size(), 2);
  EXPECT_EQ(seen.folds(0).curve(0).value(), 0.5);
  EXPECT_EQ(seen.folds(0).curve(1).value(), 0.25);
}

// What comes in another order than it was sent is not recorded in a wrong place.
TEST_F(BadWorkersTest, AStreamInAnotherOrderEndsTheAttempt) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(2, attempt, 2, 0.25));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kRejected);
  worker.send(epoch(1, attempt, 1, 0.5));
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(trial("s").folds(0).curve_size(), 0);
}

TEST_F(BadWorkersTest, ASkippedEpochIsAFaultOfTheTrainer) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 2, 0.5));
  const proto::Ack ack = next_ack(worker);
  EXPECT_EQ(ack.verdict, AckVerdict::kRejected);
  EXPECT_THAT(ack.message, HasSubstr("1 is next"));
  EXPECT_TRUE(worker.next<proto::Stop>());
  expect_failed(v1::END_CAUSE_USER_ERROR, "1 is next");
}

TEST_F(BadWorkersTest, AnEpochWithoutTheObjectiveIsAFaultOfTheTrainer) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send({1, proto::AttemptReport{attempt, {1, {{"accuracy", 0.5}}, 0.1}}});
  EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kRejected);
  expect_failed(v1::END_CAUSE_USER_ERROR, "val_loss");
}

TEST_F(BadWorkersTest, SuccessBeforeTheLastEpochIsNoSuccess) {
  FakeWorker worker(channel_);
  const AttemptId attempt = first_attempt(worker);
  worker.send(epoch(1, attempt, 1, 0.5));
  worker.send({2, proto::AttemptFinished{attempt, {}}});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(next_ack(worker).verdict, AckVerdict::kAccepted);
  const v1::Trial seen = trial("s");
  EXPECT_EQ(seen.folds(0).attempts(0).state(), v1::ATTEMPT_STATE_FAILED);
  EXPECT_THAT(seen.folds(0).attempts(0).message(), HasSubstr("after 1 of 2 epochs"));
  EXPECT_GT(next_attempt(worker).value, attempt.value);  // tried once more
}

TEST_F(BadWorkersTest, ASessionBeginsWithHello) {
  const grpc::Status status = end_after(epoch(1, AttemptId(1), 1, 0.5));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("hello"));
}

TEST_F(BadWorkersTest, ASecondHelloEndsTheSessionButNotTheAttempt) {
  FakeWorker twice(channel_);
  const AttemptId attempt = first_attempt(twice);
  twice.hello("a");
  const grpc::Status status = twice.end();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("second hello"));
  FakeWorker again(channel_);
  again.hello("a", "1", {running(attempt)});
  const auto welcome = again.next<proto::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_THAT(welcome->keep, ::testing::ElementsAre(attempt));
}

// What is unread of a worker that never reads is kept, but not without end.
class DeafWorkerTest : public BadWorkersTest {
 protected:
  // Until the session ends.
  static void speak(FakeWorker& worker) {
    uint64_t sequence = 0;
    while (worker.send(epoch(++sequence, AttemptId(999), 1, 0.5))) {
    }
  }
  std::string state_of(const std::string& name) {
    v1::ListWorkersResponse workers;
    EXPECT_TRUE(
        call(&v1::StudyService::Stub::ListWorkers, v1::ListWorkersRequest(), &workers).ok());
    for (const v1::Worker& worker : workers.workers())
      if (worker.name() == name) return worker.state();
    return {};
  }
};

TEST_F(DeafWorkerTest, IsSentAwayAndToldWhyWhenItListensAgain) {
  FakeWorker deaf(channel_);
  deaf.hello("deaf");
  std::thread speaker([&] { speak(deaf); });
  EXPECT_TRUE(testing::eventually([&] { return state_of("deaf") == "lost"; }));
  while (deaf.read()) {
  }
  speaker.join();
  const grpc::Status status = deaf.end();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("deaf leaves 20000 messages unread"));
}

TEST_F(DeafWorkerTest, IsCutOffWhenItNeverListensAgain) {
  coordinator_.reset();
  engine_options_.lease = Milliseconds(2'000);  // a hello has no longer to come
  engine_options_.heartbeat = Milliseconds(50);
  start();
  FakeWorker deaf(channel_);
  deaf.hello("deaf");
  speak(deaf);
  // The reason arrives where what was sent before it fitted into the connection's buffers.
  EXPECT_THAT(deaf.end().error_code(),
              AnyOf(grpc::StatusCode::CANCELLED, grpc::StatusCode::RESOURCE_EXHAUSTED));
}

TEST_F(BadWorkersTest, AnOlderProtocolIsRefusedToo) {
  proto::Hello hello;
  hello.protocol = proto::kProtocolVersion - 1;
  hello.name = "old";
  const grpc::Status status = end_after({0, hello});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("install the same version"));
}

TEST_F(BadWorkersTest, AMessageBeyondTheLimitEndsTheSession) {
  proto::Hello huge;
  huge.name = std::string(size_t{100} << 20, 'x');
  EXPECT_EQ(end_after({0, huge}).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BadWorkersTest, AHelloThatIsNotSoundIsRefusedWithTheReason) {
  proto::Hello nameless;
  nameless.instance = "1";
  proto::Hello idle = nameless;
  idle.name = "idle";
  idle.slots = 0;
  for (const proto::Hello& hello : {nameless, idle}) {
    const grpc::Status status = end_after({0, hello});
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_NE(status.error_message(), "");
  }
}

}  // namespace
}  // namespace foldmill::coordinator
