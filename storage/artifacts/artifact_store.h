#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/artifact.h"
#include "core/result.h"
#include "core/sha256.h"
#include "storage/posix.h"

namespace foldmill::storage {

// Receives one artifact in pieces. What has not been committed is removed with the writer.
class ArtifactWriter {
 public:
  ~ArtifactWriter();
  ArtifactWriter(const ArtifactWriter&) = delete;
  ArtifactWriter& operator=(const ArtifactWriter&) = delete;

  // invalid_argument: more bytes than were announced.
  Status append(std::string_view piece);
  // Durable under its digest when this returns ok. invalid_argument: size or digest are not those
  // announced. Once.
  Status commit();

 private:
  friend class ArtifactStore;
  ArtifactWriter(FileDescriptor file, std::filesystem::path temporary, std::filesystem::path target,
                 ArtifactRef expected);

  FileDescriptor file_;
  std::filesystem::path temporary_;  // empty once it is renamed
  std::filesystem::path target_;
  ArtifactRef expected_;
  Sha256 digest_;
  int64_t written_ = 0;
};

// Reads one artifact from front to back.
class ArtifactReader {
 public:
  ArtifactReader(FileDescriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}
  // At most `limit` bytes; empty at the end.
  Result<std::string> read(size_t limit) { return read_some(file_.get(), limit, path_); }

 private:
  FileDescriptor file_;
  std::filesystem::path path_;
};

// Files by their SHA-256, as "DIR/ab/cdef…": the same content is stored once, and a name that
// exists is complete, because it appears by a rename after an fsync. Errors: invalid_argument for
// what is no digest, not_found, resource_exhausted (disk full), permission_denied. Safe from any
// threads; two writers of the same content do no harm.
class ArtifactStore {
 public:
  // Makes the directory if need be, and removes what an earlier process left half written: so only
  // the holder of the database's lock may call it.
  static Result<std::unique_ptr<ArtifactStore>> open(const std::filesystem::path& directory);

  static std::filesystem::path path_in(const std::filesystem::path& directory,
                                       const std::string& sha256);
  // Of a store that may be another process's: its files by digest, and one of them.
  static Result<std::vector<ArtifactRef>> list_in(const std::filesystem::path& directory);
  static Result<ArtifactReader> read_in(const std::filesystem::path& directory,
                                        const ArtifactRef& artifact);

  Result<std::unique_ptr<ArtifactWriter>> begin(const ArtifactRef& expected);
  // Durable when this is true. Reads the whole file: one that was damaged since is not there, and
  // is replaced by the next that is committed.
  bool contains(const ArtifactRef& artifact) const;
  Result<ArtifactReader> read(const ArtifactRef& artifact) const {
    return read_in(directory_, artifact);
  }
  Status remove(const ArtifactRef& artifact);  // fine if it is not there
  Result<std::vector<ArtifactRef>> list() const { return list_in(directory_); }  // by digest

 private:
  explicit ArtifactStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path directory_;
};

}  // namespace foldmill::storage
