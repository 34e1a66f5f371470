#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace foldmill::worker {

// What to run as a trainer.
struct TrainerCommand {
  std::vector<std::string> argv;           // argv[0] is looked up in PATH when it has no slash
  std::string workdir;                     // empty: where the worker runs
  std::map<std::string, std::string> env;  // added to the worker's own environment
  friend bool operator==(const TrainerCommand&, const TrainerCommand&) = default;
};

// A program just started. The caller owns the descriptors (close-on-exec, non-blocking) and must
// reap the process.
struct SpawnedChild {
  pid_t pid = -1;
  int socket = -1;  // our end of the stream socket; the child's is named in FOLDMILL_TRAINER_FD
  int output = -1;  // read end of the pipe that is its standard output and error
};

// Starts `command` in a process group of its own, with SIGKILL as parent-death signal: the kernel
// sends it when the *thread* that called spawn_child ends, so call it from a thread that lives as
// long as the worker. No other descriptor of ours reaches the child. A program that cannot be
// started (not found, not executable, no such directory) is a Status here, not a dead child.
Result<SpawnedChild> spawn_child(const TrainerCommand& command);

}  // namespace foldmill::worker
