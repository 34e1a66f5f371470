// Wall clocks that are set forward and back by an hour in the middle of a study (libfaketime).

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

// Debian's libfaketime, for programs with threads; empty when it is not installed.
std::string faketime_library() {
  for (const char* directory : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"})
    if (const auto path = std::filesystem::path(directory) / "faketime/libfaketimeMT.so.1";
        std::filesystem::exists(path))
      return path.string();
  return {};
}

class ClockTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (faketime_library().empty()) GTEST_SKIP() << "libfaketime is not installed";
    set_clock("+0");
  }

  // By how much the programs' wall clock is off from now on, as libfaketime reads it: "-1h".
  void set_clock(const std::string& offset) {
    const auto fresh = directory_ / "clock.new";
    std::ofstream(fresh) << offset << '\n';
    std::filesystem::rename(fresh, clock_file());
  }
  std::filesystem::path clock_file() const { return directory_ / "clock"; }

  // The wall clock alone: intervals are measured by the other one.
  ClusterOptions with_that_clock() const {
    return {.lease_ms = 2000,
            .heartbeat_ms = 300,
            .env = {{"LD_PRELOAD", faketime_library()},
                    {"FAKETIME_TIMESTAMP_FILE", clock_file().string()},
                    {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
                    {"FAKETIME_NO_CACHE", "1"}}};
  }

  test::TempDir directory_;
};

TEST_P(ClockTest, SetInMidStudyCostsNothing) {
  Cluster cluster(with_that_clock());
  const ScriptedStudy study{.trials = 4, .folds = 2, .epochs = 10, .ms_per_epoch = 50};
  cluster.start_coordinator();
  cluster.create(study);
  cluster.start_worker("a", 2);
  ASSERT_TRUE(eventually([&] {
    return cluster.number("select count(*) from fold_list where epochs >= 3").value_or(0) > 0;
  })) << cluster.logs();
  set_clock(GetParam());
  ASSERT_TRUE(cluster.wait_completed(study.name)) << cluster.logs();
  expect_exactly_once(cluster, study.name, study.trials, study.folds, study.epochs);
  EXPECT_EQ(cluster.number("select count(*) from attempt_list where state = 'lost'"), 0)
      << cluster.logs();
  EXPECT_EQ(cluster.number("select count(*) from attempt_list"), 4 * 2);
  // It was really set: what was recorded before and after is most of an hour apart.
  EXPECT_GT(cluster.number("select max(reported) - min(reported) from metric_list").value_or(0),
            3000)
      << cluster.logs();
  EXPECT_EQ(cluster.number("select count(*) from trial_list where duration < 0"), 0);
  EXPECT_EQ(cluster.number("select count(*) from metric_list where seconds < 0 or seconds > 60"),
            0);
}

INSTANTIATE_TEST_SUITE_P(By, ClockTest, ::testing::Values("+1h", "-1h"), [](const auto& given) {
  return given.param[0] == '+' ? "AnHourForward" : "AnHourBack";
});

}  // namespace
}  // namespace foldmill::e2e
