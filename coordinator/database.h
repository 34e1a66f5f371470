#pragma once

#include <filesystem>
#include <memory>

#include "core/result.h"
#include "core/snapshot.h"
#include "storage/open.h"

namespace foldmill::coordinator {

// Everything that belongs to one database file, opened by its one coordinator. The lock comes
// first, so that it goes last.
struct Database {
  std::filesystem::path path;
  std::unique_ptr<storage::DatabaseLock> lock;
  std::unique_ptr<storage::StudyStore> store;
  std::unique_ptr<storage::StudyReader> reader;
  std::unique_ptr<storage::ArtifactStore> artifacts;
  Snapshot snapshot;
};

// Opens or creates it; the failures are storage::open_store's.
Result<Database> open_database(const std::filesystem::path& path,
                               const storage::StoreOptions& options);

}  // namespace foldmill::coordinator
