#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

#include "core/artifact.h"

namespace foldmill::worker {

// A trainer's file that waits for its upload, under a name of its own in the cache's directory:
// neither another attempt with equal content, nor another worker, nor want of room takes it away.
// It goes with its last owner. Thread-compatible; what it holds does not change once it is shared.
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~PendingFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const ArtifactRef& artifact() const { return artifact_; }
  void set_artifact(ArtifactRef artifact) { artifact_ = std::move(artifact); }

  // Somebody is still at it: see FileCache::open.
  void touch() const {
    std::error_code ignored;
    std::filesystem::last_write_time(path_, std::filesystem::file_time_type::clock::now(), ignored);
  }

 private:
  std::filesystem::path path_;
  ArtifactRef artifact_;
};

using PendingFilePtr = std::shared_ptr<const PendingFile>;

}  // namespace foldmill::worker
