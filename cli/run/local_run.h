#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/commands/context.h"
#include "cli/run/ensure_study.h"

namespace foldmill::cli {

// Of the worker that is started when nobody else trains.
struct LocalWorkerFlags {
  std::string slots = "auto";
  std::string trainer;  // empty: the worker's own choice
  std::vector<std::string> data_dirs;
};
void add_worker_options(CLI::App& command, LocalWorkerFlags& flags);

// Studies to be followed to their ends, one after the other, with the stages that follow each.
struct Work {
  // Makes sure that the coordinator has them; in the order in which they are followed.
  std::function<Result<std::vector<EnsuredStudy>>(CoordinatorClient&)> begin;
  // Told when all of them are done.
  std::function<Status(StudySource&)> conclude = [](StudySource&) { return ok_status(); };
};

// Sees the work through on a coordinator elsewhere, or with a coordinator and a worker of its own,
// and sums up each study. A study that failed ends it.
Outcome run_work(const Work& work, const LocalWorkerFlags& flags, Context& context);

}  // namespace foldmill::cli
