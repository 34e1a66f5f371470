#include <memory>
#include <utility>

#include "tests/bench/command.h"
#include "tests/bench/load/fleet.h"
#include "tests/bench/load/load_options.h"

namespace foldmill::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

struct OverheadOptions : LoadOptions {
  int slots = 16;  // of all workers together, one each
  double trial_seconds = 1;
};

Result<Report> run_overhead(const OverheadOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto scratch, Scratch::make(options.directory));
  FOLDMILL_ASSIGN_OR_RETURN(const auto coordinator, start_coordinator(options, *scratch));
  const OnCore pinned(options.workers_core());
  const auto epoch =
      std::chrono::nanoseconds(static_cast<int64_t>(1e9 * options.trial_seconds / options.epochs));
  Fleet fleet(coordinator->address(), options.slots, {.epoch = epoch, .spread = false});
  FOLDMILL_RETURN_IF_ERROR(fleet.join(std::chrono::seconds(60)));

  // Whole rounds of all slots, so that what is left over by the last one does not count.
  const int rounds = (options.trials + options.slots - 1) / options.slots;
  const double ideal = rounds * options.trial_seconds;
  LoadOptions asked = options;
  asked.trials = rounds * options.slots;
  const SteadyTime start = steady_clock::now();
  FOLDMILL_RETURN_IF_ERROR(coordinator->create_study(make_load_study(asked)));
  FOLDMILL_RETURN_IF_ERROR(
      fleet.run_until([&] { return fleet.tally().ended >= asked.trials; },
                      std::chrono::seconds(static_cast<int64_t>(10 * ideal) + 60)));
  const double time = duration<double>(steady_clock::now() - start).count();
  const ProcessFigures figures = coordinator->figures();
  FOLDMILL_RETURN_IF_ERROR(fleet.come_to_rest(std::chrono::seconds(60)));
  FOLDMILL_RETURN_IF_ERROR(coordinator->stop());
  FOLDMILL_RETURN_IF_ERROR(
      check_recorded(coordinator->database(), fleet.reports(), fleet.uncertain()));

  nlohmann::ordered_json input = describe(options);
  input.erase("workers");
  input["slots"] = options.slots;
  input["trials"] = asked.trials;
  input["trial_seconds"] = options.trial_seconds;
  nlohmann::ordered_json result{
      {"seconds", time}, {"ideal_seconds", ideal}, {"overhead_percent", 100 * (time / ideal - 1)}};
  add_times(&result, "handout_ms", fleet.take_tally().handout_ms);
  result["coordinator_cpu_seconds"] = figures.cpu_seconds;
  result["acknowledged_and_recorded"] = fleet.reports();
  return Report{"overhead", std::move(input), std::move(result)};
}

}  // namespace

Command add_overhead_command(CLI::App& app) {
  auto options = std::make_shared<OverheadOptions>();
  options->trials = 10000;
  options->epochs = 10;
  options->pruning = "none";
  options->sampler = "tpe";
  CLI::App* command = app.add_subcommand(
      "overhead", "time that short trials take on some slots, beside the time of the trials alone");
  add_place_options(command, options.get());
  command->add_option("--trials", options->trials, "rounded up to fill all slots")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--slots", options->slots)->check(CLI::Range(1, 9000))->capture_default_str();
  command->add_option("--trial-seconds", options->trial_seconds)
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  command->add_option("--epochs", options->epochs, "of a trial")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--sampler", options->sampler)->capture_default_str();
  return {command, [options] { return run_overhead(*options); }};
}

}  // namespace foldmill::bench
