// foldmill-bench: the one benchmark program. One subcommand per benchmark, each in its own file.

#include <cstdio>
#include <string>
#include <vector>

#include "coordinator/freed_memory.h"
#include "tests/bench/command.h"

int main(int argc, char** argv) {
  using namespace foldmill::bench;
  foldmill::coordinator::keep_freed_memory();  // as where samplers and pruners run
  CLI::App app{"Measures parts of foldmill on this machine."};
  std::string output = "text";
  app.add_option("-o,--output", output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  const std::vector<Command> commands{
      add_commit_command(app),  add_sampler_command(app),  add_pruner_command(app),
      add_kfold_command(app),   add_suggest_command(app),  add_importance_command(app),
      add_load_command(app),    add_handouts_command(app), add_idle_command(app),
      add_restart_command(app), add_overhead_command(app), add_soak_command(app)};
  CLI11_PARSE(app, argc, argv);

  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    const foldmill::Result<Report> report = command.run();
    if (!report.ok()) {
      std::fprintf(stderr, "foldmill-bench: %s\n", report.status().message().c_str());
      return 1;
    }
    const auto json = to_json(*report, {argv, argv + argc});
    std::puts(output == "json" ? json.dump(2).c_str() : to_text(*report, json).c_str());
  }
  return 0;
}
