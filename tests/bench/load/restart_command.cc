#include <memory>
#include <utility>

#include "tests/bench/command.h"
#include "tests/bench/load/fleet.h"
#include "tests/bench/load/recorded_study.h"

namespace foldmill::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

struct RestartOptions : LoadOptions {
  int rounds = 3;
};

// From the start of the process to the first fold in a worker's hands.
struct Restart {
  double listening_ms = 0;
  double handed_out_ms = 0;
  double rss_mb = 0;
};

Result<Restart> restart(const RestartOptions& options, const Scratch& scratch) {
  const auto since = [start = steady_clock::now()] {
    return duration<double, std::milli>(steady_clock::now() - start).count();
  };
  Restart seen;
  FOLDMILL_ASSIGN_OR_RETURN(const auto coordinator, start_coordinator(options, scratch));
  seen.listening_ms = since();
  const OnCore pinned(options.workers_core());
  // Its one fold has an hour per epoch: nothing changes in the database that the next round finds.
  Fleet fleet(coordinator->address(), 1, {.epoch = std::chrono::hours(1), .spread = false});
  FOLDMILL_RETURN_IF_ERROR(fleet.join(std::chrono::seconds(60)));
  FOLDMILL_RETURN_IF_ERROR(
      fleet.run_until([&] { return fleet.tally().handouts > 0; }, std::chrono::seconds(60)));
  seen.handed_out_ms = since();
  seen.rss_mb = coordinator->figures().rss_mb;
  FOLDMILL_RETURN_IF_ERROR(fleet.come_to_rest(std::chrono::seconds(60)));
  FOLDMILL_RETURN_IF_ERROR(coordinator->stop());
  return seen;
}

Result<Report> run_restart(const RestartOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto scratch, Scratch::make(options.directory));
  const auto database = CoordinatorProcess::database_in(scratch->path());
  FOLDMILL_RETURN_IF_ERROR(write_recorded_study(options, database));
  std::vector<double> listening, handed_out;
  double rss_mb = 0;
  for (int round = 0; round < options.rounds; ++round) {
    FOLDMILL_ASSIGN_OR_RETURN(const Restart seen, restart(options, *scratch));
    listening.push_back(seen.listening_ms);
    handed_out.push_back(seen.handed_out_ms);
    rss_mb = seen.rss_mb;
  }
  FOLDMILL_RETURN_IF_ERROR(
      check_recorded(database, int64_t{options.trials} * options.folds * options.epochs, 0));
  nlohmann::ordered_json input = describe(options);
  input["trials"] = options.trials;
  input["rounds"] = options.rounds;
  nlohmann::ordered_json result;
  add_times(&result, "listening_ms", std::move(listening));
  add_times(&result, "first_handout_ms", std::move(handed_out));
  result["rss_mb"] = rss_mb;
  result["database_mb"] = static_cast<double>(std::filesystem::file_size(database)) / (1 << 20);
  return Report{"restart", std::move(input), std::move(result)};
}

}  // namespace

Command add_restart_command(CLI::App& app) {
  auto options = std::make_shared<RestartOptions>();
  options->workers = 1;
  options->trials = 10000;
  options->folds = 5;
  options->sampler = "tpe";
  CLI::App* command = app.add_subcommand(
      "restart",
      "from the start of a coordinator on a large database to the first fold handed out");
  add_place_options(command, options.get());
  add_study_options(command, options.get());
  command->add_option("--trials", options->trials, "completed ones in the database")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--rounds", options->rounds)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  return {command, [options] { return run_restart(*options); }};
}

}  // namespace foldmill::bench
