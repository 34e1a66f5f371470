// Random faults on random processes while a study runs (R1, G3).

#include <gtest/gtest.h>

#include "tests/e2e/ballistic_run.h"
#include "tests/support/test_seed.h"

namespace foldmill::e2e {
namespace {

TEST(BallisticSlowTest, ManyWorkersLoseNothingInAThousandFaults) {
  expect_survives_chaos(1000, {.least_workers = 2, .most_workers = 4, .slots = 2},
                        "median, warmup_trials: 4, warmup_epochs: 2, min_peers: 2",
                        test::test_seed());
}

TEST(BallisticSlowTest, OneWorkerEndsAsIfLeftInPeaceAfterAThousandFaults) {
  expect_chaos_changes_nothing(1000, test::test_seed());
}

}  // namespace
}  // namespace foldmill::e2e
