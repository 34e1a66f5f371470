#include <unistd.h>

#include <random>

#include "cli/commands/context.h"
#include "cli/commands/patience.h"
#include "cli/output/asked.h"
#include "cli/study_file/point.h"
#include "cli/study_file/scalar.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

enum class AskFormat { kTable, kJson, kEnvironment };

struct AskFlags {
  std::string study;
  std::vector<std::string> fixed;
  std::string lease;
  std::string holder;
  std::string key;
  AskFormat format = AskFormat::kTable;
  Patience patience;
};

std::string this_machine() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "somewhere";
}

std::string new_key() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::random_device random;
  std::string key;
  for (int digit = 0; digit < 32; ++digit) key += kDigits[random() % 16];
  return key;
}

Result<TrialRequest> request_of(const AskFlags& flags) {
  TrialRequest request;
  request.study = flags.study;
  request.key = flags.key.empty() ? new_key() : flags.key;
  request.holder = flags.holder.empty() ? this_machine() : flags.holder;
  if (flags.lease.empty()) return request;
  const auto seconds = parse_duration(flags.lease);
  if (!seconds)
    return invalid_argument(
        concat("--lease: '", flags.lease, "' is not a duration; for example 30m or 8h"));
  request.lease = Milliseconds(*seconds * 1000);
  return request;
}

// What the study is has to be known before values for its parameters can be read.
Result<ParameterSet> read_fixed(const AskFlags& flags, const Context& context) {
  if (flags.fixed.empty()) return ParameterSet();
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, source->get_study(flags.study));
  return read_point(flags.fixed, study.spec, "--set");
}

Result<AskedTrial> ask_once(TrialRequest request, const AskFlags& flags, const Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(request.fixed, read_fixed(flags, context));
  return say_to_coordinator<AskedTrial>(context, request.study,
                                        [&](TrialClient& trials, const std::string& study) {
                                          request.study = study;
                                          return trials.ask(request);
                                        });
}

void print(const AskedTrial& trial, AskFormat format, Context& context) {
  if (format == AskFormat::kJson) {
    context.out << asked_json(trial).dump() << '\n';
  } else if (format == AskFormat::kEnvironment) {
    context.out << asked_environment(trial);
  } else {
    context.out << asked_table(trial);
    context.err << "tell: foldmill tell " << trial.study << '/' << trial.trial.value
                << " VALUE --lease " << trial.lease << context.source_flag() << '\n';
  }
}

Outcome ask(const AskFlags& flags, Context& context) {
  FOLDMILL_RETURN_IF_ERROR(flags.patience.check());
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRequest request, request_of(flags));
  const Result<AskedTrial> trial = flags.patience.keep_trying(
      /*also_exhausted=*/true, [&] { return ask_once(request, flags, context); });
  if (trial.ok()) {
    print(*trial, flags.format, context);
    return ExitCode::kOk;
  }
  const Status& why = trial.status();
  const bool never = why.code() == StatusCode::kOutOfRange;
  if (never || why.code() == StatusCode::kResourceExhausted) {
    context.err << why.message() << '\n';
    return never ? ExitCode::kNoTrialLeft : ExitCode::kNoTrialNow;
  }
  if (why.code() == StatusCode::kUnavailable)
    return unavailable(concat(why.message(), "\n  try: the same with --key ", request.key,
                              ", which never makes a second trial, and --wait 60s"));
  return why;
}

}  // namespace

void add_ask_command(CLI::App& app, Context& context) {
  static const std::map<std::string, AskFormat> kFormats = {
      {"table", AskFormat::kTable}, {"json", AskFormat::kJson}, {"env", AskFormat::kEnvironment}};
  const auto flags = std::make_shared<AskFlags>();
  CLI::App* leaf = app.add_subcommand("ask", "ask for a trial to train it yourself");
  leaf->add_option("STUDY", flags->study, "a study of model type external")->required();
  leaf->add_option("--set", flags->fixed, "fix a parameter: lr=1e-3; may be repeated")
      ->expected(1)
      ->take_all();
  leaf->add_option("--lease", flags->lease, "without a word for so long it goes on: 30m");
  leaf->add_option("--as", flags->holder, "who asks, for people; default: this machine");
  leaf->add_option("--key", flags->key, "asking again with the same key gives the same trial");
  flags->patience.add_option(*leaf, "try for so long if there is none now, or no coordinator: 8h");
  leaf->add_option_function<std::string>(
          "-o,--output", [flags](const std::string& word) { flags->format = kFormats.at(word); },
          "table, json or env")
      ->check(CLI::IsMember({"table", "json", "env"}));
  add_source_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return ask(*flags, context); }; });
}

}  // namespace foldmill::cli
