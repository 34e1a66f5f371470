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

GuestCluster::GuestCluster(ClusterOptions options, const GuestParts& parts, GuestDisk disk,
                           uint64_t seed)
    : Cluster(std::move(options)), parts_(parts), disk_(directory() / "disk") {
  make_disk();
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
                                .disk = serve_disk(disk, seed),
                                .directory = directory().path()});
}

void GuestCluster::make_disk() {
  std::ofstream(disk_).close();
  fs::resize_file(disk_, kDiskBytes);
  const std::string block = std::to_string(ForgetfulDisk::kBlock);
  const testing::Output made = testing::run_program({parts_.mkfs, "-q", "-F", "-b", block, disk_});
  EXPECT_EQ(made.exit_code, 0) << made.err;
}

std::string GuestCluster::serve_disk(GuestDisk disk, uint64_t seed) {
  if (disk == GuestDisk::kDirect) return "cache=none,file=" + disk_.string();
  if (disk == GuestDisk::kCached) return "cache=writeback,file=" + disk_.string();
  const std::string socket = (directory() / "disk.sock").string();
  server_.emplace(disk_, socket, seed);
  return "cache=writeback,file=nbd+unix:///?socket=" + socket;
}

void GuestCluster::lose_flushes() {
  boot_arguments_ = "MOUNT_OPTIONS=nobarrier";
  server_->forget_everything();
}

void GuestCluster::spawn_coordinator() {
  copied_ = false;
  const std::string wrong = guest_->boot(boot_arguments_);
  EXPECT_EQ(wrong, "") << logs();
}

void GuestCluster::kill_coordinator() {
  guest_->cut_power();
  if (!server_) return;
  EXPECT_TRUE(server_->wait_until_off());
}

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
