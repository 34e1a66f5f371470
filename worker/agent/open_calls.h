#pragma once

#include <grpcpp/client_context.h>

#include <mutex>
#include <set>

namespace foldmill::worker {

// The blocking calls of a pool of threads, so that who ends the pool need not wait for their
// deadlines. Safe from any thread; outlives the calls.
class OpenCalls {
 public:
  // Ends the calls that are open, and every later one, with kCancelled.
  void cancel_all() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    for (grpc::ClientContext* context : contexts_) context->TryCancel();
  }

  // Holds one call's context in the set; made before the call, destroyed before the context.
  class Entry {
   public:
    Entry(OpenCalls& calls, grpc::ClientContext* context) : calls_(calls), context_(context) {
      const std::lock_guard lock(calls_.mutex_);
      calls_.contexts_.insert(context_);
      if (calls_.cancelled_) context_->TryCancel();
    }
    ~Entry() {
      const std::lock_guard lock(calls_.mutex_);
      calls_.contexts_.erase(context_);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    OpenCalls& calls_;
    grpc::ClientContext* context_;
  };

 private:
  std::mutex mutex_;
  bool cancelled_ = false;
  std::set<grpc::ClientContext*> contexts_;
};

}  // namespace foldmill::worker
