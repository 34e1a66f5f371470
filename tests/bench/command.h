#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "core/result.h"
#include "tests/bench/report.h"

namespace foldmill::bench {

// One benchmark: its subcommand, and what measures with the options that were parsed.
struct Command {
  CLI::App* app = nullptr;
  std::function<Result<Report>()> run;
};

// Adds a subcommand with its options to `app`: the time of one suggestion over a made-up history.
Command add_suggest_command(CLI::App& app);
// The same for epoch reports through a whole coordinator: gRPC, engine, group commit, database
// file.
Command add_commit_command(CLI::App& app);
// What a pruner spends and finds, on learning curves and across folds.
Command add_pruner_command(CLI::App& app);
Command add_kfold_command(CLI::App& app);
// The best values that a sampler finds on known functions, over many seeds.
Command add_sampler_command(CLI::App& app);

// How often importances are in their order, by the number of trials.
Command add_importance_command(CLI::App& app);

// A whole coordinator of its own process under virtual workers: as many reports as it takes, folds
// of one epoch, workers without work, a start on a large database, short trials, hours of it.
Command add_load_command(CLI::App& app);
Command add_handouts_command(CLI::App& app);
Command add_idle_command(CLI::App& app);
Command add_restart_command(CLI::App& app);
Command add_overhead_command(CLI::App& app);
Command add_soak_command(CLI::App& app);

}  // namespace foldmill::bench
