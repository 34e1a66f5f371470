#include "cli/command_line.h"

#include <unistd.h>

#include <algorithm>

#include "cli/commands/context.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr const char* kExamples =
    "foldmill: hyperparameter search and k-fold cross-validation\n\n"
    "  foldmill run study.yaml              search, follow, show the result\n"
    "  foldmill trial list --sort value     every trial of the youngest study\n"
    "  foldmill trial show NAME/3           one trial, and why it ended\n\n"
    "Commands (foldmill COMMAND --help lists the options):\n";
constexpr const char* kSources =
    "Studies are read from --db FILE (this user's local.db) or --coordinator ADDRESS.\n";

// Fits the smallest terminal: 80 columns, 24 lines.
std::string first_screen(const CLI::App* app, std::string, CLI::AppFormatMode) {
  std::string out = kExamples;
  for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; }))
    out += concat("  ", pad_right(sub->get_name(), 9), sub->get_description(), "\n");
  return out + kSources;
}

// The command that the arguments reached before something was wrong.
const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.back());
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> command_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

std::string path_of(const CLI::App& command) {
  return command.get_parent() ? concat(path_of(*command.get_parent()), " ", command.get_name())
                              : command.get_name();
}

// What was not understood, with the nearest thing that would have been.
std::string explain_extra(const CLI::App& command, const std::string& word) {
  const bool option = word.starts_with('-');
  const std::string name = option ? word.substr(0, word.find('=')) : word;
  const std::vector<std::string> known = option ? option_names(command) : command_names(command);
  const auto nearest = closest_match(name, known);
  std::string out = concat("error: '", name, "' is not ",
                           option          ? "an option of "
                           : known.empty() ? "an argument of "
                                           : "a command of ",
                           path_of(command), "\n");
  if (nearest) out += concat("  did you mean '", *nearest, "'?\n");
  if (!option && !known.empty()) out += concat("  commands: ", join(known, ", "), "\n");
  return out;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error, std::ostream& err) {
  const CLI::App& command = deepest(app);
  const std::vector<std::string> extras = app.remaining(true);
  const bool unfinished =
      command.get_require_subcommand_min() > 0 && command.get_subcommands().empty();
  if (extras.empty() && unfinished) {  // "foldmill study": what could follow
    err << app.help();
    return static_cast<int>(ExitCode::kUsage);
  }
  if (extras.empty())
    err << "error: " << error.what() << '\n';
  else
    err << explain_extra(command, extras.front());
  err << "  try: " << path_of(command) << " --help\n";
  return static_cast<int>(ExitCode::kUsage);
}

void add_commands(CLI::App& app, Context& context) {
  add_run_command(app, context);
  add_watch_command(app, context);
  add_best_command(app, context);
  add_study_commands(app, context);
  add_trial_commands(app, context);
  add_ask_command(app, context);
  add_tell_command(app, context);
  add_folds_commands(app, context);
  add_final_commands(app, context);
  add_worker_commands(app, context);
  add_simulate_command(app, context);
  add_query_command(app, context);
  add_export_command(app, context);
  add_server_commands(app, context);
  add_info_commands(app, context);
}

// --color holds wherever it stands, so it is taken out before the commands see the rest.
Result<ColorMode> take_color(std::vector<std::string>& arguments) {
  ColorMode mode = ColorMode::kAuto;
  for (auto it = arguments.begin(); it != arguments.end();) {
    if (*it != "--color" && !it->starts_with("--color=")) {
      ++it;
      continue;
    }
    const bool joined = it->starts_with("--color=");
    const auto value = joined ? it : it + 1;
    const std::string word = value == arguments.end() ? "" : joined ? value->substr(8) : *value;
    if (word == "auto")
      mode = ColorMode::kAuto;
    else if (word == "always")
      mode = ColorMode::kAlways;
    else if (word == "never")
      mode = ColorMode::kNever;
    else
      return invalid_argument("--color: auto, always or never");
    it = arguments.erase(it, value + 1);
  }
  return mode;
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, std::ostream& out,
                     std::ostream& err) {
  std::vector<std::string> rest = arguments;
  const auto color = take_color(rest);
  if (!color.ok()) {
    err << render_failure(color.status());
    return static_cast<int>(ExitCode::kUsage);
  }
  Context context{out,
                  err,
                  Terminal::of(STDOUT_FILENO, *color),
                  Terminal::of(STDERR_FILENO, *color),
                  /*command_line=*/{"foldmill"},
                  /*database=*/{},
                  /*coordinator=*/{},
                  /*security=*/{},
                  /*output=*/{},
                  /*where=*/{},
                  /*sort=*/{},
                  /*limit=*/INT64_MAX,
                  /*action=*/{}};
  context.command_line.insert(context.command_line.end(), arguments.begin(), arguments.end());
  CLI::App app("hyperparameter search and k-fold cross-validation", "foldmill");
  app.require_subcommand(1);
  app.get_formatter()->column_width(24);
  app.set_version_flag("--version", std::string("foldmill ") + FOLDMILL_VERSION);
  add_commands(app, context);
  app.formatter_fn(first_screen);  // after the commands, which keep the common one
  try {
    std::reverse(rest.begin(), rest.end());  // CLI11 takes them from the back
    app.parse(rest);
  } catch (const CLI::CallForHelp&) {
    out << app.help();
    return static_cast<int>(ExitCode::kOk);
  } catch (const CLI::CallForVersion& version) {
    out << version.what() << '\n';
    return static_cast<int>(ExitCode::kOk);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, err);
  }
  const Outcome outcome = context.action();
  if (outcome.ok()) return static_cast<int>(*outcome);
  err << render_failure(outcome.status());
  return static_cast<int>(exit_code_for(outcome.status().code()));
}

}  // namespace foldmill::cli
