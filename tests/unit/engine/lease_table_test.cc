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

Lease asked_lease(int64_t attempt, int64_t trial, Milliseconds period) {
  return {.attempt = AttemptId(attempt),
          .fold = {StudyId(1), TrialNumber(trial), FoldIndex(attempt)},
          .worker = WorkerId(1),
          .asked_for = period};
}

TEST(LeaseTable, ATrialThatWasAskedForHasATimeOfItsOwn) {
  LeaseTable table(kPeriod);
  table.grant(lease(1, 1), kStart);
  table.grant(asked_lease(2, 7, kPeriod * 3), kStart);
  table.grant(asked_lease(3, 7, kPeriod * 3), kStart);
  table.grant(asked_lease(4, 8, kPeriod * 2), kStart);
  EXPECT_EQ(attempts(table.held_by(WorkerId(1))), std::vector<int64_t>{1});
  table.renew(WorkerId(1), kStart + kPeriod);
  EXPECT_EQ(attempts(table.expired(kStart + kPeriod * 2)), (std::vector<int64_t>{1, 4}));
  table.renew(TrialKey{StudyId(1), TrialNumber(8)}, kStart + kPeriod * 2);
  table.release(AttemptId(1));
  EXPECT_EQ(attempts(table.expired(kStart + kPeriod * 3)), (std::vector<int64_t>{2, 3}));
  table.release(AttemptId(2));
  table.release(AttemptId(3));
  EXPECT_EQ(table.next_expiry(), kStart + kPeriod * 4);
  table.renew(TrialKey{StudyId(1), TrialNumber(7)}, kStart);  // holds nothing any more
  EXPECT_EQ(table.next_expiry(), kStart + kPeriod * 4);
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

TEST(LeaseTable, IsShortenedUntilTheWorkerIsHeardAgain) {
  LeaseTable table(kPeriod);
  table.grant(lease(1, 1), kStart);
  table.grant(lease(2, 2), kStart);
  EXPECT_EQ(table.last_heard(WorkerId(1)), kStart);
  EXPECT_EQ(table.last_heard(WorkerId(3)), std::nullopt);
  table.shorten(WorkerId(1), kStart + Milliseconds(100), Milliseconds(50));
  table.shorten(WorkerId(3), kStart, Milliseconds(50));  // holds nothing
  EXPECT_EQ(table.next_expiry(), kStart + Milliseconds(150));
  EXPECT_EQ(table.last_heard(WorkerId(1)), kStart);
  table.shorten(WorkerId(1), kStart + Milliseconds(120), Milliseconds(50));  // never longer
  EXPECT_EQ(attempts(table.expired(kStart + Milliseconds(150))), std::vector<int64_t>{1});
  table.renew(WorkerId(1), kStart + Milliseconds(160));
  EXPECT_EQ(table.last_heard(WorkerId(1)), kStart + Milliseconds(160));
  EXPECT_EQ(table.next_expiry(), kStart + kPeriod);
}

}  // namespace
}  // namespace foldmill::engine
