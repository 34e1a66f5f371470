// What clients were told, checked against a sequential model (R9), while the coordinator is killed.

#include <gtest/gtest.h>

#include "tests/e2e/history_run.h"
#include "tests/support/test_seed.h"

namespace foldmill::e2e {
namespace {

TEST(HistoryTest, WorkersWereToldTheTruthThroughKills) {
  Cluster cluster(history_cluster());
  HistoryRun run(cluster, {.model = "command", .trials = 30, .folds = 2, .epochs = 4},
                 test::test_seed());
  run.add_workers(6);
  run.kill_coordinator(15, /*endless=*/false);
  run.finish();
}

// R6, G11: the budget is exact however many race for its last trials.
TEST(HistoryTest, TwoHundredFiftySixAskersShareTheBudgetExactly) {
  Cluster cluster(history_cluster());
  HistoryRun run(cluster, {.model = "external", .trials = 40, .epochs = 3}, test::test_seed());
  run.add_askers(256);
  run.kill_coordinator(8, /*endless=*/false);
  run.finish();
}

}  // namespace
}  // namespace foldmill::e2e
