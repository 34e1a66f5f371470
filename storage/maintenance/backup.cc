#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "core/text.h"
#include "storage/artifacts/artifact_store.h"
#include "storage/maintenance.h"
#include "storage/maintenance/artifact_rules.h"
#include "storage/posix.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/read_only.h"
#include "storage/study_reader.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

constexpr size_t kPiece = size_t{1} << 20;

Status taken(const fs::path& destination) {
  return already_exists(concat(destination.native(), " is there already; choose another name"));
}

// SQLite would take a log that another database left for the copy's own, and put that one's pages
// into it.
Status require_free_name(const fs::path& destination) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(destination, error))) return taken(destination);
  for (const char* suffix : {"-wal", "-shm", "-journal"})
    if (const fs::path left = destination.native() + suffix;
        fs::exists(fs::symlink_status(left, error)))
      return already_exists(concat("there is ", left.native(),
                                   ", which another database left there; move it away together"
                                   " with what is left of that one, or choose another name"));
  return ok_status();
}

// Nothing is copied then, and what the coordinator is receiving would be swept away.
Status require_own_files(const fs::path& database, const fs::path& destination) {
  const fs::path files = artifact_directory(destination);
  std::error_code error;  // any trouble: one of them is not there
  if (!fs::equivalent(artifact_directory(database), files, error)) return ok_status();
  return failed_precondition(concat(files.native(), " is where the files of ", database.native(),
                                    " itself are; choose another name or directory"));
}

// The copy while it is made: "FILE.part-XXXXXX" beside its later place, removed unless published.
class PartFile {
 public:
  static Result<PartFile> make(const fs::path& destination) {
    std::string name = destination.native() + ".part-XXXXXX";
    const FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.valid()) return errno_status(errno, "creating", name);
    return PartFile(destination, name);
  }
  PartFile(PartFile&& other) noexcept
      : destination_(std::move(other.destination_)), path_(std::exchange(other.path_, {})) {}
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile() {
    if (path_.empty()) return;
    for (const char* suffix : {"", "-journal", "-wal", "-shm"})
      ::unlink((path_.native() + suffix).c_str());
  }

  const fs::path& path() const { return path_; }

  // Durable under its name when this returns ok.
  Status publish(mode_t mode) {
    const FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return errno_status(errno, "opening", path_);
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)
      return errno_status(errno, "syncing", path_);
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, destination_.c_str(), RENAME_NOREPLACE) != 0)
      return errno == EEXIST ? taken(destination_)
                             : errno_status(errno, "renaming to", destination_);
    path_.clear();
    const fs::path parent = destination_.parent_path();
    const Status status = sync_directory(parent.empty() ? fs::path(".") : parent);
    if (!status.ok()) path_ = destination_;  // not acknowledged: as if it had not been made
    return status;
  }

 private:
  PartFile(fs::path destination, fs::path path)
      : destination_(std::move(destination)), path_(std::move(path)) {}

  fs::path destination_;
  fs::path path_;
};

// One read transaction from the first page to the last: a coordinator that commits meanwhile
// neither waits nor shows in the copy.
Status copy_pages(SQLite::Database& source, SQLite::Database& target, const fs::path& path) {
  SQLite::Backup backup(target, source);
  if (backup.executeStep() == SQLITE_DONE) return ok_status();
  return unavailable(concat("the database ", path.native(), " is locked; try again"));
}

// Copies the files that the copy of the database names.
class ArtifactCopier {
 public:
  ArtifactCopier(fs::path from, ArtifactStore& to, Backup& done)
      : from_(std::move(from)), to_(to), done_(done) {}

  Status copy(SQLite::Database& database) {
    StatementCache sql(database);
    const auto references = referenced_artifacts(sql);
    for (const ReferencedArtifact& reference : references) {
      FOLDMILL_ASSIGN_OR_RETURN(const std::string fault, copy_once(reference.artifact));
      if (fault.empty()) continue;
      if (reference.use != ArtifactUse::kCheckpoint) {
        done_.left_out.push_back(describe({reference, fault}));
        continue;
      }
      leave_out(sql, reference.artifact);
    }
    return ok_status();
  }

 private:
  void leave_out(StatementCache& sql, const ArtifactRef& checkpoint) {
    for (const char* statement :
         {"UPDATE checkpoint SET earlier_epoch = NULL, earlier_sha256 = NULL, earlier_bytes = NULL"
          " WHERE earlier_sha256 = ?",
          "UPDATE checkpoint SET epoch = earlier_epoch, sha256 = earlier_sha256,"
          " bytes = earlier_bytes, earlier_epoch = NULL, earlier_sha256 = NULL,"
          " earlier_bytes = NULL WHERE sha256 = ? AND earlier_epoch IS NOT NULL",
          "DELETE FROM checkpoint WHERE sha256 = ?"})
      done_.checkpoints_left_out += sql.run(statement, checkpoint.sha256);
  }

  // Why the file cannot be had; empty when it is copied.
  Result<std::string> copy_once(const ArtifactRef& artifact) {
    const auto [known, is_new] = faults_.try_emplace(artifact.sha256);
    if (!is_new) return known->second;
    if (!to_.contains(artifact)) {
      FOLDMILL_ASSIGN_OR_RETURN(known->second, copy_file(artifact));
    }
    if (known->second.empty()) {
      ++done_.artifacts.files;
      done_.artifacts.bytes += artifact.bytes;
    }
    return known->second;
  }

  Result<std::string> copy_file(const ArtifactRef& artifact) {
    auto reader = ArtifactStore::read_in(from_, artifact);
    if (!reader.ok()) return reader.status().message();
    FOLDMILL_ASSIGN_OR_RETURN(const auto writer, to_.begin(artifact));
    Status status;
    while (status.ok()) {
      const auto piece = reader->read(kPiece);
      if (!piece.ok()) return piece.status().message();
      if (piece->empty()) break;
      status = writer->append(*piece);
    }
    if (status.ok()) status = writer->commit();
    if (status.code() != StatusCode::kInvalidArgument) {
      FOLDMILL_RETURN_IF_ERROR(status);
      return std::string();
    }
    return concat("the file ", ArtifactStore::path_in(from_, artifact.sha256).native(),
                  " was damaged");
  }

  fs::path from_;
  ArtifactStore& to_;
  Backup& done_;
  std::map<std::string, std::string> faults_;  // by digest
};

}  // namespace

Result<Backup> back_up(const fs::path& database, const fs::path& destination, bool with_artifacts) {
  FOLDMILL_RETURN_IF_ERROR(require_free_name(destination));
  FOLDMILL_RETURN_IF_ERROR(require_own_files(database, destination));
  return guarded(database, [&]() -> Result<Backup> {
    FOLDMILL_ASSIGN_OR_RETURN(auto source, open_read_only(database));
    FOLDMILL_ASSIGN_OR_RETURN(PartFile part, PartFile::make(destination));
    Backup done;
    const Status copied = guarded(part.path(), [&]() -> Status {
      SQLite::Database target(part.path().string(), SQLite::OPEN_READWRITE);
      FOLDMILL_RETURN_IF_ERROR(copy_pages(source, target, database));
      if (!with_artifacts) return ok_status();
      FOLDMILL_ASSIGN_OR_RETURN(const auto store,
                                ArtifactStore::open(artifact_directory(destination)));
      return ArtifactCopier(artifact_directory(database), *store, done).copy(target);
    });
    FOLDMILL_RETURN_IF_ERROR(copied);
    std::error_code error;
    done.bytes = static_cast<int64_t>(fs::file_size(part.path(), error));
    const auto mode = static_cast<mode_t>(fs::status(database, error).permissions()) & 0666;
    FOLDMILL_RETURN_IF_ERROR(part.publish(mode));
    return done;
  });
}

}  // namespace foldmill::storage
