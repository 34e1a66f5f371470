#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/disk_server.h"
#include "tests/e2e/guest.h"
#include "tests/e2e/guest_parts.h"

namespace foldmill::e2e {

enum class GuestDisk {
  kDirect,     // past this machine's cache, O_DIRECT
  kCached,     // through it
  kForgetful,  // with a cache of its own that a power cut empties (forgetful_disk.h)
};

// A cluster whose coordinator runs in a virtual machine, with its database on that one's disk: to
// kill it is to cut the machine's power. While it runs, the command line reads the database through
// the coordinator; afterwards a copy of what the disk holds.
class GuestCluster : public Cluster {
 public:
  // `seed`: for what a forgetful disk forgets.
  GuestCluster(ClusterOptions options, const GuestParts& parts, GuestDisk disk, uint64_t seed);

  // From the next boot on the coordinator's syncs do nothing.
  void lose_syncs() { boot_arguments_ = "LOSE_SYNCS=1"; }
  // From the next boot on the guest's kernel never flushes its forgetful disk, which then forgets
  // all since that boot.
  void lose_flushes();

  void spawn_coordinator() override;  // and waits until it serves
  void kill_coordinator() override;
  bool coordinator_runs() override { return guest_->is_on(); }
  std::string address() const override { return guest_->address(); }

 private:
  std::vector<std::string> database_arguments() override;
  void make_disk();
  std::string serve_disk(GuestDisk disk, uint64_t seed);  // as qemu is to be told
  void copy_from_disk();

  GuestParts parts_;
  std::filesystem::path disk_;
  std::optional<DiskServer> server_;
  std::optional<Guest> guest_;
  std::string boot_arguments_;
  bool copied_ = false;
};

}  // namespace foldmill::e2e
