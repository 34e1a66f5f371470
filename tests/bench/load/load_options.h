#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/study.h"
#include "tests/bench/load/coordinator_process.h"
#include "tests/bench/load/tally.h"
#include "tests/bench/report.h"

namespace foldmill::bench {

// What all benchmarks of a whole coordinator have in common: where it runs, and what it is asked
// for.
struct LoadOptions {
  std::filesystem::path program;  // foldmill-coordinator
  std::filesystem::path directory = "/var/tmp";
  std::string transport = "tcp";
  bool pin = true;
  int workers = 256;
  int trials = 1;
  int folds = 1;
  int epochs = 20;
  std::string sampler = "random";
  std::string pruning = "median";
  double keep = 99;  // percent of the trials, with the percentile pruner

  int coordinator_core() const { return pin ? 0 : -1; }
  int workers_core() const { return pin ? 1 : -1; }
};

void add_place_options(CLI::App* command, LoadOptions* options);
void add_study_options(CLI::App* command, LoadOptions* options);

// Four searched parameters, models that nobody trains.
StudySpec make_load_study(const LoadOptions& options);

Result<std::unique_ptr<CoordinatorProcess>> start_coordinator(const LoadOptions& options,
                                                              const Scratch& scratch);

// What the options say, and on which kind of file system the database was.
nlohmann::ordered_json describe(const LoadOptions& options);

// "NAME_p50", "NAME_p99" and "NAME_max" of times in milliseconds; nothing without times.
void add_times(nlohmann::ordered_json* result, const std::string& name, std::vector<double> times);

}  // namespace foldmill::bench
