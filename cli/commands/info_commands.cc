#include "cli/commands/context.h"
#include "core/text.h"

namespace foldmill::cli {

void add_info_commands(CLI::App& app, Context& context) {
  CLI::App* version = app.add_subcommand("version", "the version of this program");
  version->callback([&context] {
    context.action = [&context]() -> Outcome {
      context.out << "foldmill " << FOLDMILL_VERSION << '\n';
      return ExitCode::kOk;
    };
  });
  const auto topic = std::make_shared<std::string>();
  CLI::App* help = app.add_subcommand("help", "this help, or a topic: exit-codes");
  help->add_option("TOPIC", *topic, "exit-codes")->check(CLI::IsMember({"exit-codes"}));
  help->callback([topic, &app, &context] {
    context.action = [topic, &app, &context]() -> Outcome {
      context.out << (topic->empty() ? app.get_formatter()->make_help(&app, "", {})
                                     : describe_exit_codes());
      return ExitCode::kOk;
    };
  });
}

}  // namespace foldmill::cli
