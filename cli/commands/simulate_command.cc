#include <chrono>
#include <memory>
#include <utility>

#include "cli/commands/context.h"
#include "cli/commands/simulation_flags.h"
#include "cli/commands/study_check.h"
#include "cli/output/format.h"
#include "cli/output/simulation.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr int64_t kMostSeeds = 10'000;

Outcome simulate_study(const SimulationFlags& flags, Context& context) {
  const auto spec = read_study(flags.file, flags.overrides, {});
  if (!spec.ok()) return report_unreadable(spec.status(), context.err);
  FOLDMILL_ASSIGN_OR_RETURN(const simulation::Fleet fleet, make_fleet(flags));
  FOLDMILL_ASSIGN_OR_RETURN(const auto variants, make_variants(flags, *spec));
  FOLDMILL_ASSIGN_OR_RETURN(const auto curves, make_curves(flags.curves, context));

  const auto begin = std::chrono::steady_clock::now();
  FOLDMILL_ASSIGN_OR_RETURN(const auto results,
                            simulation::compare(*spec, variants, flags.seeds, fleet, *curves));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;

  const SimulationSetting setting{*spec, fleet, curves->describe(), flags.seeds};
  FOLDMILL_RETURN_IF_ERROR(context.print(list_variants(setting, results)));
  context.err << "curves: " << setting.curves << '\n'
              << fleet.workers << (fleet.workers == 1 ? " worker, " : " workers, ") << flags.seeds
              << (flags.seeds == 1 ? " seed; simulated in " : " seeds; simulated in ")
              << format_duration(took.count()) << '\n'
              << describe_cheapest(setting, results);
  return ExitCode::kOk;
}

void add_fleet_options(CLI::App& leaf, SimulationFlags& flags) {
  leaf.add_option("--workers", flags.workers, "virtual workers, each trains one fold at a time")
      ->required();
  leaf.add_option("--epoch-seconds", flags.epoch_seconds,
                  "of an epoch on a worker of speed 1; default: as recorded, else 60");
  leaf.add_option("--speeds", flags.speeds, "of the workers in turn: 1,1,0.5")->delimiter(',');
  leaf.add_option("--speed-spread", flags.speed_spread,
                  "draw each worker's speed: 0.2 is about 20 % off");
  leaf.add_option("--mean-up", flags.mean_up, "a worker dies after about that time: 8h");
  leaf.add_option("--mean-down", flags.mean_down, "and is back after about that time: 10m");
  leaf.add_option("--at", flags.acts,
                  "'2h join 4', '3h lose 1' (dead for good), '4h drain 2'; may be repeated")
      ->expected(1)
      ->take_all();
}

}  // namespace

void add_simulate_command(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<SimulationFlags>();
  CLI::App* leaf =
      app.add_subcommand("simulate", "what a study would take and find, without training it");
  leaf->add_option("FILE", flags->file, "study file")->required();
  add_fleet_options(*leaf, *flags);
  leaf->add_option("--curves", flags->curves,
                   "bowl (default), mixed-kfold, mixed-folds, mixed-epochs; study:NAME, a finished "
                   "one; or 'COMMAND …' that answers lines")
      ->capture_default_str();
  leaf->add_option("--orders", flags->orders,
                   "compare: first_fold_first,trial_first,interleave or all")
      ->delimiter(',');
  leaf->add_option("--pruners", flags->pruners, "compare: none,median,… or all that fit")
      ->delimiter(',');
  leaf->add_option("--race", flags->races, "between folds, compare: on,off")->delimiter(',');
  leaf->add_option("--when", flags->whens,
                   "all folds of every_trial, of the best, of top:N: compare every_trial,top:5")
      ->delimiter(',');
  leaf->add_option("--seeds", flags->seeds, "that many studies each, from the file's seed on")
      ->check(CLI::Range(int64_t{1}, kMostSeeds))
      ->capture_default_str();
  leaf->add_option("--set", flags->overrides, "override: search.trials=200; may be repeated")
      ->expected(1)
      ->take_all();
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback([=, &context] {
    context.action = [=, &context] { return simulate_study(*flags, context); };
  });
}

}  // namespace foldmill::cli
