#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "storage/artifacts/artifact_store.h"
#include "storage/database_lock.h"
#include "storage/study_reader.h"
#include "storage/study_store.h"

namespace foldmill::storage {

struct StoreOptions {
  // Network file systems break SQLite's locks and its shared memory: refused unless this is set.
  bool allow_network_file_system = false;
  // Type of the file system at a path, as in statfs(2); replaced in tests.
  std::function<int64_t(const std::filesystem::path&)> file_system_type = {};
  int busy_timeout_ms = 5000;
};

// A database open for writing. The lock outlives the store.
struct OpenedStore {
  std::unique_ptr<DatabaseLock> lock;
  std::unique_ptr<StudyStore> store;
};

// Opens or creates the database, takes its lock and migrates it. failed_precondition: locked (names
// the holder), newer than this program, of another application, on a network file system.
// permission_denied: the directory or the file cannot be written. not_found: no such directory.
// data_loss: not a database, or damaged.
Result<OpenedStore> open_store(const std::filesystem::path& database,
                               const StoreOptions& options = {});

// The artifact store that belongs to a database; made if it is not there. Only for the holder of
// the database's lock.
Result<std::unique_ptr<ArtifactStore>> open_artifacts(const std::filesystem::path& database);

}  // namespace foldmill::storage
