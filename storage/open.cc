#include "storage/open.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "storage/posix.h"
#include "storage/sqlite/sqlite_reader.h"
#include "storage/sqlite/sqlite_store.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

// As linux/magic.h, which lacks some of them.
constexpr int64_t kNetworkFileSystems[] = {
    NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,
    0xff534d42,  // CIFS
    0xfe534d42,  // SMB2
    0x0bd00bd0,  // Lustre
    0x00c36400,  // Ceph
    0x47504653,  // GPFS
};

int64_t file_system_type(const fs::path& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 ? static_cast<int64_t>(info.f_type) : 0;
}

Status check_place(const fs::path& database, const StoreOptions& options) {
  const fs::path directory = real_path(database).parent_path();
  std::error_code error;
  const fs::file_status place = fs::status(directory, error);
  if (!fs::status_known(place))
    return errno_status(error.value(), "looking at the directory", directory);
  if (!fs::is_directory(place))
    return not_found(concat("the directory ", directory.native(),
                            " does not exist; make it, or choose another database file"));
  if (!is_writable(directory))
    return permission_denied(concat("the directory ", directory.native(),
                                    " cannot be written, which the database ", database.native(),
                                    " needs; change its permissions or choose another place"));
  if (fs::exists(database, error) && !is_writable(database))
    return permission_denied(
        concat("the database ", database.native(), " cannot be written; change its permissions"));
  const auto type =
      options.file_system_type ? options.file_system_type(directory) : file_system_type(directory);
  if (!options.allow_network_file_system && std::ranges::count(kNetworkFileSystems, type) > 0)
    return failed_precondition(
        concat("the database ", database.native(),
               " would lie on a network file system, where locks do not hold and data gets lost;"
               " choose a local disk (or insist, at your own risk)"));
  return ok_status();
}

}  // namespace

Result<OpenedStore> open_store(const fs::path& database, const StoreOptions& options) {
  FOLDMILL_RETURN_IF_ERROR(check_place(database, options));
  OpenedStore opened;
  FOLDMILL_ASSIGN_OR_RETURN(opened.lock, DatabaseLock::acquire(database));
  FOLDMILL_ASSIGN_OR_RETURN(opened.store, SqliteStore::open(database, options.busy_timeout_ms));
  return opened;
}

Result<std::unique_ptr<StudyReader>> open_reader(const fs::path& database) {
  FOLDMILL_ASSIGN_OR_RETURN(auto reader, SqliteReader::open(database));
  return std::unique_ptr<StudyReader>(std::move(reader));
}

fs::path artifact_directory(const fs::path& database) {
  const fs::path real = real_path(database);
  if (real.extension() == ".db") return fs::path(real).replace_extension(".artifacts");
  return real.native() + "-artifacts";
}

fs::path artifact_path(const fs::path& database, const ArtifactRef& artifact) {
  return ArtifactStore::path_in(artifact_directory(database), artifact.sha256);
}

Result<std::unique_ptr<ArtifactStore>> open_artifacts(const fs::path& database) {
  return ArtifactStore::open(artifact_directory(database));
}

}  // namespace foldmill::storage
