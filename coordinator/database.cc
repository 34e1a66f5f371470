#include "coordinator/database.h"

namespace foldmill::coordinator {

Result<Database> open_database(const std::filesystem::path& path,
                               const storage::StoreOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(storage::OpenedStore opened, storage::open_store(path, options));
  Database database;
  database.path = path;
  database.lock = std::move(opened.lock);
  database.store = std::move(opened.store);
  FOLDMILL_ASSIGN_OR_RETURN(database.reader, storage::open_reader(path));
  FOLDMILL_ASSIGN_OR_RETURN(database.artifacts, storage::open_artifacts(path));
  FOLDMILL_ASSIGN_OR_RETURN(database.snapshot, database.store->load());
  return database;
}

}  // namespace foldmill::coordinator
