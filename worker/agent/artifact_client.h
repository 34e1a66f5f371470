#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <filesystem>
#include <memory>

#include "core/artifact.h"
#include "core/result.h"

namespace foldmill::worker {

// Blocking calls to ArtifactService; safe from several threads. Every call has a deadline, which
// allows a megabyte a second, and looks at `cancelled` after every chunk.
class ArtifactClient {
 public:
  using Cancelled = std::atomic<bool>;

  ArtifactClient(std::shared_ptr<grpc::Channel> channel, const Cancelled& cancelled)
      : channel_(std::move(channel)), cancelled_(cancelled) {}

  // Returns when the coordinator has the file on disk.
  Status put(const ArtifactRef& artifact, const std::filesystem::path& file) const;
  // Writes the content to `file`; the caller checks the digest.
  Status get(const ArtifactRef& artifact, const std::filesystem::path& file) const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  const Cancelled& cancelled_;
};

}  // namespace foldmill::worker
