#pragma once

#include <thread>
#include <utility>

#include "coordinator/asio.h"
#include "core/thread_checker.h"

namespace foldmill::coordinator {

// The control thread and its queue. Everything that decides lives here; everybody else posts.
class ControlLoop {
 public:
  ControlLoop() : work_(asio::make_work_guard(context_)) {}
  ~ControlLoop() { stop(); }
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  void start() {
    thread_ = std::thread([this] {
      checker_.bind();
      context_.run();
    });
  }

  // Not from control itself. What is still queued is dropped.
  void stop() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  // From any thread, in order. A handler that throws ends the process: what it left behind halfway
  // could not be trusted.
  template <class Handler>
  void post(Handler handler) {
    asio::post(context_, [handler = std::move(handler)]() mutable noexcept { handler(); });
  }

  void check() const { checker_.check(); }
  asio::io_context& context() { return context_; }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  ThreadChecker checker_;
  std::thread thread_;
};

}  // namespace foldmill::coordinator
