#include "tests/e2e/guest_cluster.h"

#include <gtest/gtest.h>

#include <fstream>

namespace foldmill::e2e {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kDiskBytes = uintmax_t{256} << 20;  // of which the file takes what is written

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

GuestCluster::GuestCluster(ClusterOptions options, const GuestParts& parts,
                           const std::string& cache)
    : Cluster(std::move(options)), parts_(parts), disk_(directory() / "disk") {
  std::ofstream(disk_).close();
  fs::resize_file(disk_, kDiskBytes);
  const testing::Output made = testing::run_program({parts_.mkfs, "-q", "-F", disk_});
  EXPECT_EQ(made.exit_code, 0) << made.err;

  const fs::path initramfs = directory() / "initramfs.cpio";
  const std::string wrong = make_initramfs(
      parts_,
      std::vector<std::string>{"--db", "/data/study.db", "--listen", "0.0.0.0:7070", "--insecure"} +
          timing_arguments(),
      directory() / "initramfs", initramfs);
  EXPECT_EQ(wrong, "");
  guest_.emplace(Guest::Options{.qemu = parts_.qemu,
                                .kernel = parts_.kernel,
                                .initramfs = initramfs,
                                .disk = disk_,
                                .cache = cache,
                                .directory = directory().path()});
}

void GuestCluster::spawn_coordinator() {
  copied_ = false;
  const std::string wrong = guest_->boot(loses_syncs_ ? "LOSE_SYNCS=1" : "");
  EXPECT_EQ(wrong, "") << logs();
}

void GuestCluster::kill_coordinator() { guest_->cut_power(); }

std::vector<std::string> GuestCluster::database_arguments() {
  if (coordinator_runs()) return {"--coordinator", address()};
  if (!copied_) copy_from_disk();
  return Cluster::database_arguments();
}

// e2fsck replays the journal, as mounting it would.
void GuestCluster::copy_from_disk() {
  const testing::Output repaired = testing::run_program({parts_.e2fsck, "-f", "-p", disk_});
  EXPECT_LE(repaired.exit_code, 1) << repaired.out << repaired.err;
  for (const char* suffix : {"", "-wal"}) {
    const std::string copy = database().string() + suffix;
    fs::remove(copy);
    const std::string dump = std::string("dump /study.db") + suffix + " " + copy;
    testing::run_program({parts_.debugfs, "-R", dump, disk_});
  }
  fs::remove(database().string() + "-shm");
  EXPECT_TRUE(fs::exists(database())) << "the disk holds no database";
  copied_ = true;
}

}  // namespace foldmill::e2e
