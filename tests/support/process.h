#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace foldmill::testing {

// A program under test: started in a process group of its own, its output in a file, killed (with
// its group) by the destructor. One thread.
class Process {
 public:
  struct Options {
    std::vector<std::string> argv;           // argv[0] is a path
    std::map<std::string, std::string> env;  // added to ours
    std::filesystem::path log;               // stdout and stderr; empty: /dev/null
  };
  explicit Process(const Options& options);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number);        // to the process
  void signal_group(int number);  // to it and all its descendants that kept its group
  bool running();
  // The exit code, or 128 + signal; nothing when it still runs at the deadline.
  std::optional<int> wait_for(std::chrono::milliseconds timeout);

 private:
  bool reap(bool block);
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// The path of a program this build made, wherever the test is run from.
std::string built_program(const std::string& name);

struct Output {
  int exit_code = -1;
  std::string out, err;
};

// Runs to the end (killed after `timeout`, exit code 137) and keeps both outputs apart.
Output run_program(const std::vector<std::string>& argv,
                   const std::map<std::string, std::string>& env = {},
                   std::chrono::milliseconds timeout = std::chrono::seconds(60));

// Direct children of a process, by /proc.
std::vector<pid_t> children_of(pid_t parent);
bool process_exists(pid_t pid);  // zombies do not count

std::string read_file(const std::filesystem::path& path);  // empty when it is not there

void pause_between_looks();

// Looks again and again until `condition` holds; false when it does not by the deadline, which is
// generous on purpose: it is there to end a hanging test, not to measure.
template <class Condition>
bool eventually(Condition condition,
                std::chrono::milliseconds deadline = std::chrono::seconds(90)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pause_between_looks();
  }
  return true;
}

}  // namespace foldmill::testing
