#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/process.h"

namespace foldmill::e2e {

// A port of this machine that nobody else is given, for as long as this lives, and that a program
// which reuses addresses may listen on.
class ReservedPort {
 public:
  ReservedPort();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;

  uint16_t number() const { return number_; }

 private:
  int socket_ = -1;
  uint16_t number_ = 0;
};

// A virtual machine with one disk, whose service is reached at a port of this machine while it
// serves and never else. The processor is emulated unless FOLDMILL_TEST_ACCEL says kvm: that is
// slower, needs no rights, and nested machines have it too. One thread.
class Guest {
 public:
  struct Options {
    std::filesystem::path qemu, kernel, initramfs;
    std::string disk;                 // -drive's, as qemu calls them: file=…,cache=…
    std::filesystem::path directory;  // for console.log, that of the boot before, and a socket
  };
  explicit Guest(Options options) : options_(std::move(options)) {}

  // Switches it on and waits until it serves. `arguments`: the kernel's, which hands on NAME=VALUE
  // to the first process. Why it does not, or nothing.
  std::string boot(const std::string& arguments);
  // All that is not on the disk is gone.
  void cut_power();
  bool is_on();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_.number()); }

 private:
  void switch_on(const std::string& arguments);
  bool says(const char* words) const;  // on its console, since it was switched on
  std::string open_port();

  Options options_;
  ReservedPort port_;
  std::optional<testing::Process> qemu_;
};

}  // namespace foldmill::e2e
