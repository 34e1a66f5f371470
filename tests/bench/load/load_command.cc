#include <memory>
#include <utility>

#include "core/text.h"
#include "tests/bench/command.h"
#include "tests/bench/load/fleet.h"
#include "tests/bench/load/load_options.h"

namespace foldmill::bench {
namespace {

using std::chrono::duration;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kJoinLimit{120};
constexpr seconds kRestLimit{60};

struct FloodOptions : LoadOptions {
  int slots = 1;
  int window = 16;
  double seconds = 10;
  double warm_up = 3;
  double reports_per_second = 0;  // of all workers together; 0: as many as are acknowledged
};

WorkPlan plan_of(const FloodOptions& options) {
  WorkPlan plan{.slots = options.slots, .window = options.window};
  if (options.reports_per_second > 0)
    plan.epoch = std::chrono::nanoseconds(
        static_cast<int64_t>(1e9 * options.workers * options.slots / options.reports_per_second));
  return plan;
}

nlohmann::ordered_json result_of(Tally tally, double time, const ProcessFigures& before,
                                 const ProcessFigures& after) {
  nlohmann::ordered_json result;
  result["seconds"] = time;
  result["reports_per_second"] = static_cast<double>(tally.reports) / time;
  add_times(&result, "decision_ms", std::move(tally.decision_ms));
  result["handouts_per_second"] = static_cast<double>(tally.handouts) / time;
  add_times(&result, "handout_ms", std::move(tally.handout_ms));
  result["stops"] = tally.stops;
  result["refused"] = tally.refused;
  result["rss_mb"] = after.rss_mb;
  result["coordinator_cpu_percent"] = 100 * (after.cpu_seconds - before.cpu_seconds) / time;
  return result;
}

Result<Report> run_load(const char* name, const FloodOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto scratch, Scratch::make(options.directory));
  FOLDMILL_ASSIGN_OR_RETURN(const auto coordinator, start_coordinator(options, *scratch));
  FOLDMILL_RETURN_IF_ERROR(coordinator->create_study(make_load_study(options)));

  const OnCore pinned(options.workers_core());
  Fleet fleet(coordinator->address(), options.workers, plan_of(options));
  FOLDMILL_RETURN_IF_ERROR(fleet.join(kJoinLimit));
  FOLDMILL_RETURN_IF_ERROR(
      fleet.run_for(duration_cast<std::chrono::nanoseconds>(duration<double>(options.warm_up))));
  fleet.take_tally();
  const ProcessFigures before = coordinator->figures();
  const ProcessFigures own_before = figures_of(::getpid());
  const SteadyTime start = steady_clock::now();
  FOLDMILL_RETURN_IF_ERROR(
      fleet.run_for(duration_cast<std::chrono::nanoseconds>(duration<double>(options.seconds))));
  const double time = duration<double>(steady_clock::now() - start).count();
  Tally tally = fleet.take_tally();
  nlohmann::ordered_json result = result_of(std::move(tally), time, before, coordinator->figures());
  result["workers_cpu_percent"] =
      100 * (figures_of(::getpid()).cpu_seconds - own_before.cpu_seconds) / time;

  FOLDMILL_RETURN_IF_ERROR(fleet.come_to_rest(kRestLimit));
  FOLDMILL_RETURN_IF_ERROR(coordinator->stop());
  FOLDMILL_RETURN_IF_ERROR(
      check_recorded(coordinator->database(), fleet.reports(), fleet.uncertain()));
  result["acknowledged_and_recorded"] = fleet.reports();
  result["reconnects"] = fleet.reconnects();

  nlohmann::ordered_json input = describe(options);
  input["slots"] = options.slots;
  input["window"] = options.window;
  input["reports_per_second"] = options.reports_per_second;
  return Report{name, std::move(input), std::move(result)};
}

Command add(CLI::App& app, const char* name, const char* what, const FloodOptions& defaults) {
  auto options = std::make_shared<FloodOptions>(defaults);
  CLI::App* command = app.add_subcommand(name, what);
  add_place_options(command, options.get());
  add_study_options(command, options.get());
  command->add_option("--slots", options->slots, "of a worker")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--window", options->window, "reports an attempt has on the way at most")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "measured")
      ->check(CLI::Range(0.1, 86400.0))
      ->capture_default_str();
  command->add_option("--warm-up", options->warm_up, "seconds before, not measured")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command
      ->add_option("--reports-per-second", options->reports_per_second,
                   "of all workers together; 0: as many as are acknowledged")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  return {command, [name, options] { return run_load(name, *options); }};
}

}  // namespace

Command add_load_command(CLI::App& app) {
  FloodOptions defaults;
  defaults.epochs = 100;
  defaults.pruning = "percentile";  // every report is judged, few trials are stopped
  defaults.trials = kMaxTrials;
  return add(app, "load", "durable epoch reports per second of a whole coordinator", defaults);
}

Command add_handouts_command(CLI::App& app) {
  FloodOptions defaults;
  defaults.workers = 64;
  defaults.epochs = 1;
  defaults.trials = kMaxTrials;
  return add(app, "handouts", "folds handed out per second, each of them trained for one epoch",
             defaults);
}

}  // namespace foldmill::bench
