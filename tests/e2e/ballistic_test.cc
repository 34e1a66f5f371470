// Random faults on random processes while a study runs (R1), in a size for every day.
// FOLDMILL_TEST_SEED repeats a run as far as the machine's timing allows.

#include <gtest/gtest.h>

#include "tests/e2e/ballistic_run.h"
#include "tests/support/test_seed.h"

namespace foldmill::e2e {
namespace {

TEST(BallisticTest, ManyWorkersLoseNothing) {
  expect_survives_chaos(60, {.least_workers = 2, .most_workers = 4, .slots = 2},
                        "median, warmup_trials: 4, warmup_epochs: 2, min_peers: 2",
                        test::test_seed());
}

TEST(BallisticTest, OneWorkerEndsAsIfLeftInPeace) {
  expect_chaos_changes_nothing(60, test::test_seed());
}

}  // namespace
}  // namespace foldmill::e2e
