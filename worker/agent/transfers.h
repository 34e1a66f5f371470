#pragma once

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
#include "worker/agent/open_calls.h"

namespace foldmill::worker {

// Files between this machine and the coordinator. Hashing, copying and calls block, so they run on
// a pool of two threads that own nothing; every `done` is called on the agent thread, never from
// inside the call that asked. While the coordinator is away, transfers are tried again for ever,
// with growing waits; they hold up nothing but themselves.
class Transfers {
 public:
  Transfers(asio::io_context& io, FileCache cache, Logger log);
  // Cancels the calls in flight and waits for them; what is being hashed is hashed to its end.
  ~Transfers();

  // The channel that the next try uses.
  void set_channel(std::shared_ptr<grpc::Channel> channel);

  // Takes the file in, to be uploaded; afterwards the original may go.
  void adopt(std::filesystem::path file, std::function<void(Result<PendingFilePtr>)> done);
  // Sends what was taken in. Fails only for reasons that would not pass with time.
  void upload(PendingFilePtr file, std::function<void(Status)> done);
  // That fetch() finds it here, soon; forget() undoes it.
  void keep(PendingFilePtr file);
  // Where the file lies on this machine: from the cache, or downloaded and checked. Gives up when
  // there is still no room for it after a few tries: who waits for it holds a fold meanwhile.
  void fetch(ArtifactRef artifact, std::function<void(Result<std::filesystem::path>)> done);
  void forget(const ArtifactRef& artifact);

 private:
  template <class Work, class Done>
  void run(Work work, Done done);
  void fetch(ArtifactRef artifact, int full_disks,
             std::function<void(Result<std::filesystem::path>)> done);
  template <class Attempt>
  void retry(const Status& status, Attempt again);

  asio::io_context& io_;
  FileCache cache_;
  Logger log_;
  std::shared_ptr<grpc::Channel> channel_;
  OpenCalls calls_;
  Backoff backoff_;
  ThreadChecker thread_;
  Lifetime lifetime_;
  asio::thread_pool pool_{2};
};

}  // namespace foldmill::worker
