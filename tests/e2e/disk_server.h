#pragma once

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/e2e/forgetful_disk.h"

namespace foldmill::e2e {

// Serves a forgetful disk to one qemu at a time, by the NBD protocol over a unix socket. A
// connection that ends without a good-bye is a power cut. A thread of its own has the disk.
class DiskServer {
 public:
  DiskServer(const std::filesystem::path& file, const std::filesystem::path& socket, uint64_t seed);
  ~DiskServer();
  DiskServer(const DiskServer&) = delete;
  DiskServer& operator=(const DiskServer&) = delete;

  // From now on a power cut takes all that was not flushed.
  void forget_everything() { forgets_everything_ = true; }
  // Until the disk is as the last power cut left it. False when it could not be made so.
  bool wait_until_off();

 private:
  void run();
  void serve(int connection);

  ForgetfulDisk disk_;
  int listener_;
  std::atomic<bool> forgets_everything_{false};
  std::atomic<bool> on_{false};
  std::atomic<bool> failed_{false};
  std::thread thread_;
};

}  // namespace foldmill::e2e
