#include "cli/run/run_study.h"

namespace foldmill::cli {

void add_run_command(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App* leaf =
      app.add_subcommand("run", "search: create or continue studies, follow them, sum them up");
  leaf->add_option("FILE", flags->files, "study files; later ones may wait for earlier ones")
      ->required();
  leaf->add_option("--set", flags->overrides, "override: params.lr=1e-3; may be repeated")
      ->expected(1)
      ->take_all();
  leaf->add_option("--warm-start", flags->warm_start,
                   "try the best points of another study first: STUDY or STUDY:COUNT");
  leaf->add_option("--name", flags->name, "call the study this instead");
  leaf->add_option("--nested", flags->nested,
                   "nested cross-validation: the whole search once per outer fold")
      ->check(CLI::Range(2, 100));
  add_worker_options(*leaf, flags->worker);
  add_source_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return run_studies(*flags, context); }; });
}

}  // namespace foldmill::cli
