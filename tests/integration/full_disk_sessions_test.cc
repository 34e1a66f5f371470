// A worker that says more than can be recorded, before a coordinator whose disk is full.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/integration/coordinator_fixture.h"
#include "tests/support/fillable_store.h"
#include "tests/support/process.h"

namespace foldmill::coordinator {
namespace {

using foldmill::testing::FakeWorker;
using foldmill::testing::FillableStore;

constexpr size_t kShare = WorkerSession::kUnsettled.messages;

// Says all epochs and the end of an attempt, without waiting for answers.
class Speech {
 public:
  template <class Epoch>
  Speech(FakeWorker& worker, AttemptId attempt, int64_t epochs, Epoch epoch)
      : thread_([this, &worker, attempt, epochs, epoch] {
          for (int64_t number = 1; number <= epochs; ++number)
            worker.send(epoch(static_cast<uint64_t>(number), attempt, number, 0.5));
          worker.send({static_cast<uint64_t>(epochs) + 1, proto::AttemptFinished{attempt, {}}});
          over_ = true;
        }) {}
  ~Speech() { thread_.join(); }

  bool over() const { return over_; }

 private:
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

class FullDiskSessionsTest : public CoordinatorFixture {
 protected:
  void prepare(Database& database) override {
    auto store = std::make_unique<FillableStore>(std::move(database.store));
    disk_ = store.get();
    database.store = std::move(store);
  }

  // An attempt at a fold of so many epochs.
  AttemptId long_attempt(FakeWorker& worker, int64_t epochs) {
    StudySpec spec = small_study("s");
    spec.constants = {{"epochs", epochs}};
    EXPECT_TRUE(create(spec).ok());
    worker.hello("talkative");
    EXPECT_TRUE(worker.next<proto::Welcome>());
    return next_attempt(worker);
  }

  // Goes on while nothing can be written. In a thread of its own, for as long as what is returned.
  Speech speak_to_a_full_disk(FakeWorker& worker, int64_t epochs) {
    const AttemptId attempt = long_attempt(worker, epochs);
    disk_->fill();
    return Speech(worker, attempt, epochs, &epoch);
  }

  static void expect_all_accepted(FakeWorker& worker, int64_t messages) {
    for (int64_t sequence = 1; sequence <= messages; ++sequence) {
      const proto::Ack ack = next_ack(worker);
      ASSERT_EQ(ack.sequence, static_cast<uint64_t>(sequence));
      ASSERT_EQ(ack.verdict, proto::AckVerdict::kAccepted) << ack.message;
    }
  }

  FillableStore* disk_ = nullptr;
};

TEST_F(FullDiskSessionsTest, OnlySoMuchIsKeptOfAWorkerAndAllIsAnsweredWhenThereIsRoom) {
  constexpr int64_t kEpochs = 6 * kShare;
  FakeWorker worker(channel_);
  const Speech speech = speak_to_a_full_disk(worker, kEpochs);
  ASSERT_TRUE(testing::eventually([&] { return disk_->refusals() > 0; }));
  // Reads are answered meanwhile: so many of them leave time for far more than is kept.
  for (int reads = 0; reads < 500 && !speech.over(); ++reads)
    EXPECT_EQ(study("s").state(), v1::STUDY_STATE_ACTIVE);
  disk_->make_room();
  expect_all_accepted(worker, kEpochs + 1);
  EXPECT_LE(disk_->most_changes(), kShare + 10) << "kept for one transaction";
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_COMPLETED);
}

class ShortLeaseTest : public FullDiskSessionsTest {
 protected:
  ShortLeaseTest() {
    engine_options_.lease = Milliseconds(1'200);
    engine_options_.heartbeat = Milliseconds(200);
  }
};

// What it had said lay unread for longer than its lease.
TEST_F(ShortLeaseTest, AWorkerThatWasNotReadHoldsItsFold) {
  constexpr int64_t kEpochs = 2 * kShare;
  FakeWorker worker(channel_);
  const Speech speech = speak_to_a_full_disk(worker, kEpochs);
  // Pauses of 100 ms, 200, 400, 800.
  ASSERT_TRUE(testing::eventually([&] { return disk_->refusals() > 4; }));
  disk_->make_room();
  expect_all_accepted(worker, kEpochs + 1);
  EXPECT_EQ(trial("s").folds(0).attempts_size(), 1);
}

}  // namespace
}  // namespace foldmill::coordinator
