// Real power cuts (R11, G2): the coordinator runs in a virtual machine with its database on a disk
// of that one's; clients out here are answered; the machine is killed, and booted again from what
// its disk holds. FOLDMILL_TEST_POWER_CUTS says how often.
//
// What a kill of qemu loses is the guest's memory, so all that the guest's programs and kernel had
// not written to the disk. What was written and not flushed survives in this machine's cache, but
// for the forgetful disk, which loses it as well.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "tests/e2e/guest_cluster.h"
#include "tests/e2e/history_run.h"
#include "tests/support/test_seed.h"
#include "tests/support/test_setting.h"

namespace foldmill::e2e {
namespace {

constexpr uint64_t kLongestLifeMs = 1000;  // of a machine that has answered somebody
constexpr int kSpareTrials = 60;           // an emulated machine is slow

int power_cuts() { return static_cast<int>(test::test_setting("FOLDMILL_TEST_POWER_CUTS", 20)); }

HistoryStudy asked() {
  return {.model = "external",
          .epochs = 6,
          .longest_life_ms = kLongestLifeMs,
          .spare_trials = kSpareTrials};
}

HistoryStudy worked() {
  return {.model = "command",
          .folds = 2,
          .epochs = 4,
          .longest_life_ms = kLongestLifeMs,
          .spare_trials = kSpareTrials};
}

// cache=none is for file systems that read and write without a cache.
bool can_do_without_cache() {
  const test::TempDir directory;
  const int file =
      ::open((directory / "file").c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

struct Disk {
  const char* name;
  GuestDisk kind;
  friend std::ostream& operator<<(std::ostream& out, const Disk& disk) { return out << disk.name; }
};

class PowerCutTest : public ::testing::TestWithParam<Disk> {
 protected:
  void SetUp() override {
    if (!parts_.missing.empty()) GTEST_SKIP() << parts_.missing;
    if (GetParam().kind == GuestDisk::kDirect && !can_do_without_cache())
      GTEST_SKIP() << "the file system of temporary files has no O_DIRECT; set TMPDIR to one that "
                      "has";
    cluster_.emplace(history_cluster(), parts_, GetParam().kind, seed_);
  }

  const GuestParts parts_ = GuestParts::find();
  const uint64_t seed_ = test::test_seed();
  std::optional<GuestCluster> cluster_;
};

TEST_P(PowerCutTest, WorkersWereToldTheTruth) {
  HistoryRun run(*cluster_, worked(), seed_);
  run.add_workers(4);
  run.kill_coordinator(power_cuts(), /*endless=*/true);
  run.finish();
}

TEST_P(PowerCutTest, AskersWereToldTheTruth) {
  HistoryRun run(*cluster_, asked(), seed_);
  run.add_askers(6);
  run.kill_coordinator(power_cuts(), /*endless=*/true);
  run.finish();
}

INSTANTIATE_TEST_SUITE_P(On, PowerCutTest,
                         ::testing::Values(Disk{"ADirectDisk", GuestDisk::kDirect},
                                           Disk{"ACachedDisk", GuestDisk::kCached},
                                           Disk{"AForgetfulDisk", GuestDisk::kForgetful}),
                         [](const auto& given) { return std::string(given.param.name); });

// That the others can fail: what is lost where durability is taken away below the coordinator.
class PowerCutMethodTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!parts_.missing.empty()) GTEST_SKIP() << parts_.missing;
    cluster_.emplace(history_cluster(), parts_, GuestDisk::kForgetful, seed_);
    run_.emplace(*cluster_, asked(), seed_);
  }

  void expect_losses() {
    std::vector<std::string> lost;
    ::testing::TestPartResultArray complaints;  // of clients whose trials are not known any more
    {
      ::testing::ScopedFakeTestPartResultReporter ignores(
          ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &complaints);
      run_->add_askers(6);
      run_->kill_coordinator(4, /*endless=*/true);
      lost = run_->unexplained();
    }
    EXPECT_THAT(lost, ::testing::Not(::testing::IsEmpty()));
    std::cout << lost.size() << " trials whose answers were not true" << std::endl;
  }

  const GuestParts parts_ = GuestParts::find();
  const uint64_t seed_ = test::test_seed();
  std::optional<GuestCluster> cluster_;
  std::optional<HistoryRun> run_;
};

TEST_F(PowerCutMethodTest, LostSyncsAreNoticed) {
  cluster_->lose_syncs();
  expect_losses();
}

TEST_F(PowerCutMethodTest, LostFlushesAreNoticed) {
  cluster_->lose_flushes();
  expect_losses();
}

}  // namespace
}  // namespace foldmill::e2e
