#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace foldmill::storage {

// Who has a database open for writing.
struct LockHolder {
  int64_t pid = 0;  // 0: not known (it has only just taken the lock)
  std::string host;
  std::string since;             // "2026-01-31T12:00:00Z"
  std::string address;           // where it serves; empty until it does
  std::string describe() const;  // "process 4711 on gpu-box-1 since …, serving 127.0.0.1:7070"
};

// The living holder of the database's lock; nothing when nobody holds it (a lock file left behind
// by a killed process is not held). Disturbs nobody.
std::optional<LockHolder> read_lock_holder(const std::filesystem::path& database);

}  // namespace foldmill::storage
