#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/commands/context.h"
#include "cli/output/shapes.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

Outcome list(Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const auto workers, all_workers(*source));
  FOLDMILL_RETURN_IF_ERROR(context.print(list_workers(workers)));
  return ExitCode::kOk;
}

// Becomes the worker; returns only when that fails.
Outcome become_worker(const std::vector<std::string>& arguments) {
  const std::string program = program_path("foldmill-worker").string();
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  return unavailable(concat("cannot run ", program, ": ", std::strerror(errno)));
}

}  // namespace

void add_worker_commands(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("worker", "list workers, run one here");
  noun->require_subcommand(1);
  CLI::App* leaf = noun->add_subcommand("list", "the workers of a coordinator");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback([&context] { context.action = [&context] { return list(context); }; });

  leaf = noun->add_subcommand("run", "run foldmill-worker with the options that follow");
  leaf->prefix_command();  // everything after it is the worker's
  leaf->set_help_flag();   // --help included
  leaf->callback(
      [leaf, &context] { context.action = [leaf] { return become_worker(leaf->remaining()); }; });
}

}  // namespace foldmill::cli
