#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands/context.h"
#include "core/study.h"

namespace foldmill::cli {

struct RunFlags {
  std::string file;
  std::string name;
  std::vector<std::string> overrides;
  std::string warm_start;  // STUDY[:COUNT]; empty: none
  std::string slots = "auto";
  std::string trainer;                 // of the worker; empty: its own choice
  std::vector<std::string> data_dirs;  // of the worker
};

// `foldmill run`: one study from file to summary, on a coordinator elsewhere or with a coordinator
// and a worker of its own.
Outcome run_study(const RunFlags& flags, Context& context);

}  // namespace foldmill::cli
