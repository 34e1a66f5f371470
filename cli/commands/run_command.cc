#include "cli/run/local_run.h"

namespace foldmill::cli {

void add_run_command(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App* leaf =
      app.add_subcommand("run", "search: create or continue a study, follow it, sum it up");
  leaf->add_option("FILE", flags->file, "study file")->required();
  leaf->add_option("--set", flags->overrides, "override: params.lr=1e-3; may be repeated")
      ->expected(1)
      ->take_all();
  leaf->add_option("--warm-start", flags->warm_start,
                   "try the best points of another study first: STUDY or STUDY:COUNT");
  leaf->add_option("--name", flags->name, "call the study this instead");
  leaf->add_option("--slots", flags->slots, "folds trained at a time here: a number or auto");
  leaf->add_option("--trainer", flags->trainer, "trainer program of the worker started here");
  leaf->add_option("--data-dir", flags->data_dirs, "where datasets are looked for; may be repeated")
      ->expected(1)
      ->take_all();
  add_source_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return run_study(*flags, context); }; });
}

}  // namespace foldmill::cli
