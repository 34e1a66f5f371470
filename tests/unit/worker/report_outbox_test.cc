#include "worker/agent/report_outbox.h"

#include <gtest/gtest.h>

namespace foldmill::worker {
namespace {

class ReportOutboxTest : public ::testing::Test {
 protected:
  void connect() {
    sent_.clear();
    outbox_.connect([this](const proto::WorkerMessage& m) { sent_.push_back(m.sequence); });
  }
  ReportOutbox outbox_{4};
  std::vector<uint64_t> sent_;
};

TEST_F(ReportOutboxTest, NumbersRiseAndSurviveAReconnect) {
  outbox_.push(proto::AttemptStarted{AttemptId(1)});
  connect();
  outbox_.push(proto::AttemptStarted{AttemptId(2)});
  outbox_.push(proto::AttemptStarted{AttemptId(3)});
  EXPECT_EQ(sent_, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_TRUE(outbox_.acknowledge(2));
  EXPECT_FALSE(outbox_.acknowledge(2)) << "acknowledged before";
  outbox_.disconnect();
  outbox_.push(proto::AttemptStarted{AttemptId(4)});
  EXPECT_EQ(sent_.size(), 3U);
  connect();
  EXPECT_EQ(sent_, (std::vector<uint64_t>{1, 3, 4}));
}

TEST_F(ReportOutboxTest, IsFullAtItsCapacityButDropsNothing) {
  for (int i = 1; i <= 6; ++i) outbox_.push(proto::AttemptStarted{AttemptId(i)});
  EXPECT_TRUE(outbox_.full());
  EXPECT_EQ(outbox_.size(), 6U);
  for (uint64_t i = 1; i <= 4; ++i) outbox_.acknowledge(i);
  EXPECT_FALSE(outbox_.full());
  EXPECT_TRUE(outbox_.half_empty());
}

TEST_F(ReportOutboxTest, ForgetsAnAttempt) {
  outbox_.push(proto::AttemptStarted{AttemptId(1)});
  outbox_.push(proto::AttemptStarted{AttemptId(2)});
  outbox_.push(proto::AttemptFinished{AttemptId(1), {}});
  EXPECT_EQ(outbox_.attempt_of(3), AttemptId(1));
  outbox_.discard(AttemptId(1));
  EXPECT_EQ(outbox_.attempts(), std::set<AttemptId>{AttemptId(2)});
  connect();
  EXPECT_EQ(sent_, std::vector<uint64_t>{2});
}

}  // namespace
}  // namespace foldmill::worker
