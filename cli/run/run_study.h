#pragma once

#include <string>
#include <vector>

#include "cli/run/local_run.h"

namespace foldmill::cli {

struct RunFlags {
  std::vector<std::string> files;
  std::string name;  // instead of the file's
  std::vector<std::string> overrides;
  std::string warm_start;  // STUDY[:COUNT]; empty: none
  int nested = 0;          // outer folds; 0: none
  LocalWorkerFlags worker;
};

// `foldmill run`: from files to summaries.
Outcome run_studies(const RunFlags& flags, Context& context);

}  // namespace foldmill::cli
