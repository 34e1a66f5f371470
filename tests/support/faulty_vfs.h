#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "tests/support/volatile_disk.h"

namespace foldmill::testing {

// What goes wrong, and at which calls of SQLite's to its file system.
enum class DiskFault {
  kFull,        // no room: writes, and more memory for connections to share
  kShortWrite,  // no room half way: writes
  kIoError,     // any access to a file
  kBusy,        // locks, those of the shared memory included
  kNoMemory,    // any access to a file
  kLostSync,    // fsync fails, and what it should have made durable never will be: fsync
  kPowerCut,    // any call; nothing can be done from there on, until restore_power()
};

const char* to_string(DiskFault fault);

// SQLite's file system with faults, for all databases that this process opens while it lives: the
// n-th call that the fault applies to fails, or, `lasting`, that one and all later ones. What was
// written but not synced is kept apart, so that a power cut can take it away.
// Databases are used by one thread at a time; faults may be armed by another.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  void arm(DiskFault fault, int64_t call, bool lasting);  // calls count from 1, from now
  void disarm();
  bool struck() const;  // since it was armed

  // Takes away what was not synced; no database may be open. See VolatileDisk.
  void restore_power(const PowerCut& cut);
  // What there is now is on disk.
  void settle() { disk_ = {}; }

 private:
  friend struct VfsCalls;
  enum class Call {
    kOpen,
    kRead,
    kWrite,
    kTruncate,
    kSync,
    kSize,
    kLock,
    kMap,
    kExtend,
    kDelete,
    kAccess
  };
  struct Plan {
    DiskFault fault;
    int64_t call;
    bool lasting;
  };

  bool applies(Call call) const;
  bool is_armed_with(DiskFault fault) const;
  static int code_of(DiskFault fault, Call call);
  // The disk, for one call.
  struct LockedDisk {
    VolatileDisk* operator->() { return disk; }
    std::unique_lock<std::mutex> lock;
    VolatileDisk* disk;
  };
  LockedDisk disk() { return {std::unique_lock(mutex_), &disk_}; }
  // SQLITE_OK: do it.
  int check(Call call);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_;
  mutable std::mutex mutex_;  // of what follows
  VolatileDisk disk_;
  std::optional<Plan> plan_;
  int64_t calls_ = 0;
  bool struck_ = false;
};

}  // namespace foldmill::testing
