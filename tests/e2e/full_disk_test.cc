// Disks without room: the coordinator's, and a worker's. Nothing crashes, nothing is lost, and it
// all goes on by itself when there is room again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "tests/e2e/cluster.h"
#include "tests/e2e/small_disk.h"

namespace foldmill::e2e {
namespace {

using ::testing::AllOf;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

int occurrences(const std::string& text, const std::string& word) {
  int count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(FullDiskTest, TheCoordinatorWaitsForRoomAndLosesNothing) {
  ClusterOptions options;
  options.database_directory = "disk";
  Cluster cluster(options);
  SmallDisk disk(cluster.directory() / "disk", 8);
  if (!disk.missing().empty()) GTEST_SKIP() << disk.missing();
  ScriptedStudy study;
  study.trials = 12;
  study.folds = 2;
  study.epochs = 10;
  study.ms_per_epoch = 100;
  cluster.start_coordinator();
  cluster.create(study);
  testing::Process& worker = cluster.start_worker("a", 2);
  const auto recorded = [&] {
    return cluster
        .number(
            "select (select count(*) from metric_list) + "
            "(select count(*) from attempt_list)")
        .value_or(0);
  };
  const auto refusals = [&] {
    return occurrences(testing::read_file(cluster.directory() / "coordinator.log"),
                       "commit delayed");
  };
  ASSERT_TRUE(eventually([&] { return recorded() > 20; })) << cluster.logs();

  disk.fill();
  const auto filled = Clock::now();
  ASSERT_TRUE(eventually([&] { return refusals() > 0; })) << cluster.logs();
  std::cout << "dispatch stopped " << seconds_since(filled) << " s after the disk was full\n";
  const double before = recorded();
  const testing::Output refused =
      cluster.cli({"study", "create", cluster.write_file("b.yaml", study.yaml()).string(), "--name",
                   "another"});
  EXPECT_EQ(refused.exit_code, 5) << refused.out;
  EXPECT_THAT(refused.err, AllOf(StartsWith("error: the coordinator can record nothing"),
                                 HasSubstr("is full"), HasSubstr("free some space")));
  const int seen = refusals();
  ASSERT_TRUE(eventually([&] { return refusals() > seen + 1; })) << cluster.logs();
  EXPECT_EQ(recorded(), before) << "nothing is recorded, so nothing is handed out";
  EXPECT_EQ(cluster.cli({"study", "show", study.name}).exit_code, 0) << "reading goes on";
  EXPECT_TRUE(cluster.coordinator_runs()) << cluster.logs();
  EXPECT_TRUE(worker.running()) << cluster.logs();

  disk.make_room();
  const auto roomy = Clock::now();
  ASSERT_TRUE(eventually([&] { return recorded() > before; })) << cluster.logs();
  std::cout << "it went on " << seconds_since(roomy) << " s after there was room\n";
  ASSERT_TRUE(cluster.wait_completed(study.name)) << cluster.logs();
  expect_exactly_once(cluster, study.name, study.trials, study.folds, study.epochs);
}

TEST(FullDiskTest, AWorkerWithoutRoomForCheckpointsTrainsOn) {
  Cluster cluster;
  SmallDisk disk(cluster.directory() / "cache-a", 4);
  if (!disk.missing().empty()) GTEST_SKIP() << disk.missing();
  ScriptedStudy study;
  study.trials = 3;
  study.folds = 1;
  study.epochs = 12;
  study.ms_per_epoch = 150;
  cluster.start_coordinator();
  cluster.create(study);
  testing::Process& worker = cluster.start_worker("a");
  const auto reports = [&] {
    return cluster.number("select count(*) from metric_list where name = 'val_loss'").value_or(0);
  };
  ASSERT_TRUE(eventually([&] { return reports() > 2; })) << cluster.logs();
  disk.fill();
  const double before = reports();
  ASSERT_TRUE(eventually([&] { return reports() > before + 3; })) << cluster.logs();
  EXPECT_TRUE(worker.running()) << cluster.logs();
  EXPECT_TRUE(eventually([&] {
    return testing::read_file(cluster.directory() / "a.log").find("trainer warns") !=
           std::string::npos;
  })) << cluster.logs();
  disk.make_room();
  ASSERT_TRUE(cluster.wait_completed(study.name)) << cluster.logs();
  expect_exactly_once(cluster, study.name, study.trials, study.folds, study.epochs);
}

}  // namespace
}  // namespace foldmill::e2e
