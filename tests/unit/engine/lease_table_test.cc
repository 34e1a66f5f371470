#include "coordinator/engine/lease_table.h"

#include <gtest/gtest.h>

namespace foldmill::engine {
namespace {

constexpr Milliseconds kPeriod(1000);
const SteadyTime kStart(std::chrono::hours(5));

Lease lease(int64_t attempt, int64_t worker) {
  return {AttemptId(attempt),
          {StudyId(1), TrialNumber(attempt), FoldIndex(0)},
          WorkerId(worker),
          attempt};
}

std::vector<int64_t> attempts(const std::vector<Lease>& leases) {
  std::vector<int64_t> ids;
  for (const Lease& each : leases) ids.push_back(each.attempt.value);
  return ids;
}

TEST(LeaseTable, IsEmptyAtFirst) {
  LeaseTable table(kPeriod);
  EXPECT_EQ(table.find(AttemptId(1)), nullptr);
  EXPECT_EQ(table.next_expiry(), std::nullopt);
  table.release(AttemptId(1));
  table.renew(WorkerId(1), kStart);
  EXPECT_EQ(table.next_expiry(), std::nullopt);
}

TEST(LeaseTable, ExpiresAPeriodAfterTheLastWord) {
  LeaseTable table(kPeriod);
  table.grant(lease(1, 1), kStart);
  EXPECT_TRUE(table.expired(kStart + kPeriod - Milliseconds(1)).empty());
  table.renew(WorkerId(1), kStart + Milliseconds(400));
  EXPECT_EQ(table.next_expiry(), kStart + kPeriod + Milliseconds(400));
  EXPECT_TRUE(table.expired(kStart + kPeriod).empty());
  EXPECT_EQ(attempts(table.expired(kStart + kPeriod + Milliseconds(400))), std::vector<int64_t>{1});
}

TEST(LeaseTable, OneWordRenewsAllThatAWorkerHolds) {
  LeaseTable table(kPeriod);
  table.grant(lease(1, 1), kStart);
  table.grant(lease(2, 1), kStart);
  table.grant(lease(3, 2), kStart);
  table.renew(WorkerId(1), kStart + Milliseconds(1));
  EXPECT_EQ(attempts(table.expired(kStart + kPeriod)), std::vector<int64_t>{3});
  EXPECT_EQ(attempts(table.expired(kStart + 2 * kPeriod)), (std::vector<int64_t>{3, 1, 2}));
}

TEST(LeaseTable, ForgetsWhatIsReleased) {
  LeaseTable table(kPeriod);
  table.grant(lease(1, 1), kStart);
  table.grant(lease(2, 1), kStart);
  table.release(AttemptId(1));
  EXPECT_EQ(table.find(AttemptId(1)), nullptr);
  EXPECT_EQ(attempts(table.held_by(WorkerId(1))), std::vector<int64_t>{2});
  table.release(AttemptId(2));
  EXPECT_TRUE(table.held_by(WorkerId(1)).empty());
  EXPECT_EQ(table.next_expiry(), std::nullopt);
}

}  // namespace
}  // namespace foldmill::engine
