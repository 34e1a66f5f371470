#pragma once

#include <filesystem>

#include "core/artifact.h"
#include "core/result.h"
#include "worker/agent/pending_file.h"

namespace foldmill::worker {

// Checkpoints on this machine, by content: DIR/<sha256>. Several workers may share the directory:
// files appear by rename and never change. Stateless, so safe from any thread.
class FileCache {
 public:
  // Also removes what killed workers left half written or waiting, once nobody has touched it for
  // hours.
  static Result<FileCache> open(const std::filesystem::path& directory, int64_t max_bytes);

  // Takes a file in: links (or copies) it and hashes it. The original may then go away.
  Result<PendingFilePtr> adopt(const std::filesystem::path& file) const;
  // Makes a file that was taken in one to be found, here and until there is no room for it.
  void keep(const PendingFile& pending) const;
  // The file with that content, its digest computed anew; not_found, and a damaged one is removed.
  // A file that is found counts as new again when room has to be made.
  Result<std::filesystem::path> find(const ArtifactRef& artifact) const;
  void remove(const ArtifactRef& artifact) const;

  // Where a file in the making may be written; install() moves it in once its digest is right
  // (data_loss when it is not).
  std::filesystem::path temporary() const;
  Result<std::filesystem::path> install(const std::filesystem::path& temporary,
                                        const ArtifactRef& artifact) const;

  std::filesystem::path path_of(const ArtifactRef& artifact) const {
    return directory_ / artifact.sha256;
  }

 private:
  FileCache(std::filesystem::path directory, int64_t max_bytes)
      : directory_(std::move(directory)), max_bytes_(max_bytes) {}
  void evict() const;
  void sweep() const;

  std::filesystem::path directory_;
  int64_t max_bytes_;
};

}  // namespace foldmill::worker
