#pragma once

#include <grpcpp/channel.h>

#include <filesystem>
#include <memory>

#include "core/artifact.h"
#include "core/result.h"
#include "worker/agent/open_calls.h"

namespace foldmill::worker {

// Blocking calls to ArtifactService; safe from several threads. Every call has a deadline, which
// suits a link of 100 kB/s, and is one of `calls`, which can cancel it.
class ArtifactClient {
 public:
  ArtifactClient(std::shared_ptr<grpc::Channel> channel, OpenCalls& calls)
      : channel_(std::move(channel)), calls_(calls) {}

  // Returns when the coordinator has the file on disk.
  Status put(const ArtifactRef& artifact, const std::filesystem::path& file) const;
  // Writes the content to `file`; the caller checks the digest.
  Status get(const ArtifactRef& artifact, const std::filesystem::path& file) const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  OpenCalls& calls_;
};

}  // namespace foldmill::worker
