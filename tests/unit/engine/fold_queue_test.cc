#include "coordinator/engine/fold_queue.h"

#include <gtest/gtest.h>

namespace foldmill::engine {
namespace {

using Fold = std::pair<TrialNumber, FoldIndex>;

Fold fold(int64_t trial, int64_t index) { return {TrialNumber(trial), FoldIndex(index)}; }

TEST(FoldQueue, GivesTheLowestTrialThenTheLowestFold) {
  FoldQueue queue;
  queue.push(TrialNumber(2), FoldIndex(0));
  queue.push(TrialNumber(1), FoldIndex(3));
  queue.push(TrialNumber(1), FoldIndex(1));
  EXPECT_EQ(queue.take(WorkerId(1), true), fold(1, 1));
  EXPECT_EQ(queue.take(WorkerId(1), true), fold(1, 3));
  EXPECT_EQ(queue.take(WorkerId(1), true), fold(2, 0));
  EXPECT_EQ(queue.take(WorkerId(1), true), std::nullopt);
}

TEST(FoldQueue, LeavesAFoldToOthersWhereItWentWrong) {
  FoldQueue queue;
  queue.push(TrialNumber(1), FoldIndex(0), {.avoid = WorkerId(1)});
  queue.push(TrialNumber(2), FoldIndex(0));
  EXPECT_EQ(queue.take(WorkerId(1), false), fold(2, 0));
  EXPECT_EQ(queue.take(WorkerId(1), false), std::nullopt);
  EXPECT_EQ(queue.take(WorkerId(2), false), fold(1, 0));
}

TEST(FoldQueue, GivesAFoldBackToTheOnlyWorkerThereIs) {
  FoldQueue queue;
  queue.push(TrialNumber(1), FoldIndex(0), {.avoid = WorkerId(1)});
  EXPECT_EQ(queue.take(WorkerId(1), true), fold(1, 0));
}

TEST(FoldQueue, ForgetsAllFoldsOfATrial) {
  FoldQueue queue;
  queue.push(TrialNumber(1), FoldIndex(0));
  queue.push(TrialNumber(1), FoldIndex(1));
  queue.push(TrialNumber(2), FoldIndex(0));
  queue.erase(TrialNumber(1));
  EXPECT_EQ(queue.take(WorkerId(1), true), fold(2, 0));
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace foldmill::engine
