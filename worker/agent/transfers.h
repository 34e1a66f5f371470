#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/thread_checker.h"
#include "worker/agent/artifact_client.h"
#include "worker/agent/asio.h"
#include "worker/agent/backoff.h"
#include "worker/agent/file_cache.h"
#include "worker/agent/lifetime.h"
#include "worker/agent/logger.h"

namespace foldmill::worker {

// Files between this machine and the coordinator. Hashing, copying and calls block, so they run on
// a pool of two threads that own nothing; every `done` is called on the agent thread, never from
// inside the call that asked. While the coordinator is away, transfers are tried again for ever,
// with growing waits; they hold up nothing but themselves.
class Transfers {
 public:
  Transfers(asio::io_context& io, FileCache cache, Logger log);
  // Waits for the calls in flight, which give up at their next chunk.
  ~Transfers();

  // The channel that the next try uses.
  void set_channel(std::shared_ptr<grpc::Channel> channel);

  // Takes the file into the cache; afterwards the original may go.
  void adopt(std::filesystem::path file, std::function<void(Result<ArtifactRef>)> done);
  // Sends a file of the cache. Fails only for reasons that would not pass with time.
  void upload(ArtifactRef artifact, std::function<void(Status)> done);
  // Where the file lies on this machine: from the cache, or downloaded and checked.
  void fetch(ArtifactRef artifact, std::function<void(Result<std::filesystem::path>)> done);
  void forget(const ArtifactRef& artifact);

 private:
  template <class Work, class Done>
  void run(Work work, Done done);
  template <class Attempt>
  void retry(const Status& status, Attempt again);

  asio::io_context& io_;
  FileCache cache_;
  Logger log_;
  std::shared_ptr<grpc::Channel> channel_;
  std::atomic<bool> cancelled_{false};
  Backoff backoff_;
  ThreadChecker thread_;
  Lifetime lifetime_;
  asio::thread_pool pool_{2};
};

}  // namespace foldmill::worker
