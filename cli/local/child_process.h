#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace foldmill::cli {

// A program started for a while: in a process group of its own (Ctrl-C at the terminal reaches only
// us), output in a log file, killed by the kernel when this process dies, by the destructor at the
// latest. Start it from the main thread: the kernel watches the thread, not the process.
class ChildProcess {
 public:
  // unavailable: the program cannot be run, or the log not be written.
  static Result<ChildProcess> start(const std::vector<std::string>& arguments,
                                    const std::filesystem::path& log);
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  bool running();
  void signal(int number);
  // Waits for its end. False when it still runs after `timeout`.
  bool wait_for(Milliseconds timeout);
  // Nothing while it runs or when a signal ended it.
  std::optional<int> exit_code() const;
  // "exit code 2", "killed by signal 9"; of no meaning while it runs.
  std::string describe_end() const;
  // The last lines that it wrote, indented, for messages; with the log's path.
  std::string last_words() const;

  const std::string& name() const { return name_; }

 private:
  ChildProcess(pid_t pid, std::string name, std::filesystem::path log, off_t log_start)
      : pid_(pid), name_(std::move(name)), log_(std::move(log)), log_start_(log_start) {}

  pid_t pid_;
  std::string name_;
  std::filesystem::path log_;
  off_t log_start_;  // the log is appended to; what was there before is not this child's
  std::optional<int> status_;
};

}  // namespace foldmill::cli
