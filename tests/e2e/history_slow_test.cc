// Thousands of kills of a coordinator that has just told somebody something (G1, R9).
// FOLDMILL_TEST_KILLS says how many.

#include <gtest/gtest.h>

#include "tests/e2e/history_run.h"
#include "tests/support/test_seed.h"
#include "tests/support/test_setting.h"

namespace foldmill::e2e {
namespace {

int kills() { return static_cast<int>(test::test_setting("FOLDMILL_TEST_KILLS", 1000)); }

TEST(HistorySlowTest, WorkersWereToldTheTruthThroughThousandsOfKills) {
  Cluster cluster(history_cluster());
  HistoryRun run(cluster, {.model = "command", .folds = 2, .epochs = 4}, test::test_seed());
  run.add_workers(4);
  run.kill_coordinator(kills(), /*endless=*/true);
  run.finish();
}

TEST(HistorySlowTest, AskersWereToldTheTruthThroughThousandsOfKills) {
  Cluster cluster(history_cluster());
  HistoryRun run(cluster, {.model = "external", .epochs = 6}, test::test_seed());
  run.add_askers(6);
  run.kill_coordinator(kills(), /*endless=*/true);
  run.finish();
}

}  // namespace
}  // namespace foldmill::e2e
