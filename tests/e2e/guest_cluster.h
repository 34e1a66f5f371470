#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/guest.h"
#include "tests/e2e/guest_parts.h"

namespace foldmill::e2e {

// A cluster whose coordinator runs in a virtual machine, with its database on that one's disk: to
// kill it is to cut the machine's power. While it runs, the command line reads the database through
// the coordinator; afterwards a copy of what the disk holds.
class GuestCluster : public Cluster {
 public:
  // `cache`: of the disk, as qemu calls them.
  GuestCluster(ClusterOptions options, const GuestParts& parts, const std::string& cache);

  // From the next boot on, the guest's disk lies: no sync is done.
  void lose_syncs() { loses_syncs_ = true; }

  void spawn_coordinator() override;  // and waits until it serves
  void kill_coordinator() override;
  bool coordinator_runs() override { return guest_->is_on(); }
  std::string address() const override { return guest_->address(); }

 private:
  std::vector<std::string> database_arguments() override;
  void copy_from_disk();

  GuestParts parts_;
  std::filesystem::path disk_;
  std::optional<Guest> guest_;
  bool loses_syncs_ = false;
  bool copied_ = false;
};

}  // namespace foldmill::e2e
