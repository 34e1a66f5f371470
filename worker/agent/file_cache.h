#pragma once

#include <filesystem>

#include "core/artifact.h"
#include "core/result.h"

namespace foldmill::worker {

// Checkpoints on this machine, by content: DIR/<sha256>. Several workers may share the directory:
// files appear by rename and never change. Stateless, so safe from any thread.
class FileCache {
 public:
  // Also removes what killed workers left half written.
  static Result<FileCache> open(const std::filesystem::path& directory, int64_t max_bytes);

  // Takes a file in: hashes it and links (or copies) it. The original may then go away.
  Result<ArtifactRef> adopt(const std::filesystem::path& file) const;
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
