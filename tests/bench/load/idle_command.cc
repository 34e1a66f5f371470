#include <memory>
#include <utility>

#include "tests/bench/command.h"
#include "tests/bench/load/fleet.h"
#include "tests/bench/load/load_options.h"

namespace foldmill::bench {
namespace {

struct IdleOptions : LoadOptions {
  int seconds = 30;
  int settle = 10;
};

Result<Report> run_idle(const IdleOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto scratch, Scratch::make(options.directory));
  FOLDMILL_ASSIGN_OR_RETURN(const auto coordinator, start_coordinator(options, *scratch));
  const ProcessFigures alone = coordinator->figures();

  const OnCore pinned(options.workers_core());
  Fleet fleet(coordinator->address(), options.workers, {});
  const SteadyTime start = std::chrono::steady_clock::now();
  FOLDMILL_RETURN_IF_ERROR(fleet.join(std::chrono::seconds(300)));
  const double joined =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  FOLDMILL_RETURN_IF_ERROR(fleet.run_for(std::chrono::seconds(options.settle)));
  const ProcessFigures before = coordinator->figures();
  FOLDMILL_RETURN_IF_ERROR(fleet.run_for(std::chrono::seconds(options.seconds)));
  const ProcessFigures after = coordinator->figures();
  FOLDMILL_RETURN_IF_ERROR(coordinator->stop());
  return Report{"idle",
                {{"workers", options.workers},
                 {"seconds", options.seconds},
                 {"transport", options.transport},
                 {"pinned", options.pin}},
                {{"join_seconds", joined},
                 {"rss_mb", after.rss_mb},
                 {"rss_mb_without_workers", alone.rss_mb},
                 {"cpu_percent", 100 * (after.cpu_seconds - before.cpu_seconds) / options.seconds},
                 {"descriptors", after.descriptors},
                 {"threads", after.threads}}};
}

}  // namespace

Command add_idle_command(CLI::App& app) {
  auto options = std::make_shared<IdleOptions>();
  options->workers = 1000;
  CLI::App* command = app.add_subcommand("idle", "what workers cost that have nothing to do");
  add_place_options(command, options.get());
  command->add_option("--workers", options->workers, "sessions, each with a connection of its own")
      ->check(CLI::Range(1, 9000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "measured")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  command->add_option("--settle", options->settle, "seconds before, not measured")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  return {command, [options] { return run_idle(*options); }};
}

}  // namespace foldmill::bench
