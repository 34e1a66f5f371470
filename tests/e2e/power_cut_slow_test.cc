// Real power cuts (R11, G2): the coordinator runs in a virtual machine with its database on a disk
// of that one's; clients out here are answered; the machine is killed, and booted again from what
// its disk holds. FOLDMILL_TEST_POWER_CUTS says how often.
//
// What a kill of qemu loses is the guest's memory, so all that the guest's programs and kernel had
// not written to the disk. What was written and not flushed survives, because this machine's kernel
// has it: a disk that loses its own cache is what PowerCutTest of storage_faults_test simulates.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "tests/e2e/guest_cluster.h"
#include "tests/e2e/history_run.h"
#include "tests/support/test_seed.h"

namespace foldmill::e2e {
namespace {

constexpr uint64_t kLongestLifeMs = 1000;  // of a machine that has answered somebody

int power_cuts() {
  const char* chosen = std::getenv("FOLDMILL_TEST_POWER_CUTS");
  return chosen == nullptr ? 20 : std::atoi(chosen);
}

HistoryStudy asked() {
  return {.model = "external", .epochs = 6, .longest_life_ms = kLongestLifeMs};
}

HistoryStudy worked() {
  return {.model = "command", .folds = 2, .epochs = 4, .longest_life_ms = kLongestLifeMs};
}

// cache=none is for file systems that read and write without a cache.
bool can_do_without_cache() {
  const test::TempDir directory;
  const int file =
      ::open((directory / "file").c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

// The parameter: the cache of the disk out here.
class PowerCutTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!parts_.missing.empty()) GTEST_SKIP() << parts_.missing;
    if (GetParam() == "none" && !can_do_without_cache())
      GTEST_SKIP()
          << "the file system of temporary files has no O_DIRECT; set TMPDIR to one that has";
  }

  const GuestParts parts_ = GuestParts::find();
};

TEST_P(PowerCutTest, WorkersWereToldTheTruth) {
  GuestCluster cluster(history_cluster(), parts_, GetParam());
  HistoryRun run(cluster, worked(), test::test_seed());
  run.add_workers(4);
  run.kill_coordinator(power_cuts(), /*endless=*/true);
  run.finish();
}

TEST_P(PowerCutTest, AskersWereToldTheTruth) {
  GuestCluster cluster(history_cluster(), parts_, GetParam());
  HistoryRun run(cluster, asked(), test::test_seed());
  run.add_askers(6);
  run.kill_coordinator(power_cuts(), /*endless=*/true);
  run.finish();
}

INSTANTIATE_TEST_SUITE_P(Cache, PowerCutTest, ::testing::Values("none", "writeback"),
                         [](const auto& given) { return given.param; });

// That the others can fail: clients are answered by a coordinator whose syncs do nothing.
TEST(PowerCutMethodTest, LostSyncsAreNoticed) {
  const GuestParts parts = GuestParts::find();
  if (!parts.missing.empty()) GTEST_SKIP() << parts.missing;
  GuestCluster cluster(history_cluster(), parts, "writeback");
  HistoryRun run(cluster, asked(), test::test_seed());
  cluster.lose_syncs();
  std::vector<std::string> lost;
  ::testing::TestPartResultArray complaints;  // of clients whose trials are not known any more
  {
    ::testing::ScopedFakeTestPartResultReporter ignores(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &complaints);
    run.add_askers(6);
    run.kill_coordinator(4, /*endless=*/true);
    lost = run.unexplained();
  }
  EXPECT_THAT(lost, ::testing::Not(::testing::IsEmpty()));
  std::cout << lost.size() << " trials whose answers were not true" << std::endl;
}

}  // namespace
}  // namespace foldmill::e2e
