// What a training loop says of the trial that it was handed: tell, trial report, trial renew.

#include "cli/commands/context.h"
#include "cli/commands/patience.h"
#include "cli/output/asked.h"
#include "cli/output/format.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

struct HeldFlags {
  std::string trial;  // STUDY/NUMBER or STUDY/NUMBER.FOLD
  int64_t lease = 0;
  std::optional<int64_t> fold;
  std::vector<std::string> metrics;
  bool json = false;
  Patience patience;

  // report
  int64_t epoch = 0;
  double seconds = 0;
  std::string value;

  // tell
  std::string state;
  std::string cause;
  std::string message;
};

// A trial, and the fold if one is named, by --fold or in the trial's name.
struct Place {
  HeldTrial held;
  std::optional<FoldIndex> fold;
};

Result<Place> place_of(const HeldFlags& flags) {
  FOLDMILL_ASSIGN_OR_RETURN(const TrialId id, parse_trial_id(flags.trial));
  Place place{{id.study, id.trial, flags.lease}, id.fold};
  if (flags.fold && id.fold && id.fold->value != *flags.fold)
    return invalid_argument(
        concat("'", flags.trial, "' and --fold ", *flags.fold, " name different folds"));
  if (flags.fold) place.fold = FoldIndex(*flags.fold);
  return place;
}

Result<double> read_number(std::string_view what, const std::string& text) {
  if (const auto number = parse_double(text)) return *number;
  return invalid_argument(concat(what, ": '", text, "' is not a number; nan and inf are"));
}

Result<MetricValues> read_metrics(const std::vector<std::string>& words) {
  MetricValues metrics;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid_argument(concat("--metric: '", word, "' is not NAME=VALUE"));
    FOLDMILL_ASSIGN_OR_RETURN(const double value, read_number("--metric", word.substr(equals + 1)));
    metrics.emplace_back(word.substr(0, equals), value);
  }
  return metrics;
}

std::string describe(const HeldTrial& held, const TrialStanding& standing) {
  std::string out = concat(held.study, "/", held.trial.value, " ", to_string(standing.state));
  if (standing.value) out += concat("  value ", short_number(*standing.value));
  return standing.repeated ? out + "  (was told before)" : out;
}

bool was_stopped(const TrialStanding& standing) {
  return standing.state != TrialState::kRunning && standing.state != TrialState::kCompleted;
}

// The standing on standard output, in one line; why, if there is more to say, on standard error.
void print(const HeldTrial& held, const TrialStanding& standing, const std::string& line,
           const HeldFlags& flags, Context& context) {
  if (flags.json)
    context.out << standing_json(held, standing).dump() << '\n';
  else
    context.out << line << '\n';
  if (!standing.note.empty()) context.err << standing.note << '\n';
}

Result<TrialStanding> say(const HeldFlags& flags, const Context& context, HeldTrial& held,
                          const std::function<Result<TrialStanding>(TrialClient&)>& what) {
  return flags.patience.keep_trying(/*also_exhausted=*/false, [&] {
    return say_to_coordinator<TrialStanding>(context, held.study,
                                             [&](TrialClient& trials, const std::string& study) {
                                               held.study = study;
                                               return what(trials);
                                             });
  });
}

Outcome report(const HeldFlags& flags, Context& context) {
  FOLDMILL_RETURN_IF_ERROR(flags.patience.check());
  FOLDMILL_ASSIGN_OR_RETURN(const Place place, place_of(flags));
  HeldReport report{place.held,
                    place.fold.value_or(FoldIndex(0)),
                    0,
                    {.epoch = flags.epoch, .metrics = {}, .seconds = flags.seconds}};
  FOLDMILL_ASSIGN_OR_RETURN(report.value, read_number("VALUE", flags.value));
  FOLDMILL_ASSIGN_OR_RETURN(report.report.metrics, read_metrics(flags.metrics));
  FOLDMILL_ASSIGN_OR_RETURN(
      const TrialStanding standing,
      say(flags, context, report.of, [&](TrialClient& trials) { return trials.report(report); }));
  print(report.of, standing, standing.go_on ? "continue" : "stop", flags, context);
  if (!standing.go_on)
    context.err << "why: foldmill trial show " << report.of.study << '/' << report.of.trial.value
                << context.source_flag() << '\n';
  return standing.go_on ? ExitCode::kOk : ExitCode::kStopTrial;
}

// Words that other programs use are taken as well.
Result<ResultKind> kind_of(const HeldFlags& flags) {
  const std::string& word = flags.state;
  if (word.empty() || word == "complete") return ResultKind::kCompleted;
  if (word == "fail") return ResultKind::kFailed;
  if (const auto kind = parse_result_kind(word)) return *kind;
  return invalid_argument(
      concat("--state: '", word, "' is not completed, pruned, failed or released"));
}

Result<TrialResult> result_of(const HeldFlags& flags, std::optional<FoldIndex> fold) {
  TrialResult result;
  result.fold = fold;
  result.message = flags.message;
  FOLDMILL_ASSIGN_OR_RETURN(result.kind, kind_of(flags));
  if (!flags.value.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(result.value, read_number("VALUE", flags.value));
  }
  FOLDMILL_ASSIGN_OR_RETURN(result.metrics, read_metrics(flags.metrics));
  if (flags.cause.empty()) return result;
  const auto cause = parse_end_cause(flags.cause);
  if (!cause || result.kind != ResultKind::kFailed)
    return invalid_argument(
        "--cause: with --state failed, one of user_error, out_of_memory, diverged, data_missing");
  result.cause = *cause;
  return result;
}

Outcome tell(const HeldFlags& flags, Context& context) {
  FOLDMILL_RETURN_IF_ERROR(flags.patience.check());
  FOLDMILL_ASSIGN_OR_RETURN(const Place place, place_of(flags));
  HeldResult told{place.held, {}};
  FOLDMILL_ASSIGN_OR_RETURN(told.result, result_of(flags, place.fold));
  FOLDMILL_ASSIGN_OR_RETURN(
      const TrialStanding standing,
      say(flags, context, told.of, [&](TrialClient& trials) { return trials.tell(told); }));
  print(told.of, standing, describe(told.of, standing), flags, context);
  const bool stopped = told.result.kind == ResultKind::kCompleted && was_stopped(standing);
  return stopped ? ExitCode::kStopTrial : ExitCode::kOk;
}

Outcome renew(const HeldFlags& flags, Context& context) {
  FOLDMILL_RETURN_IF_ERROR(flags.patience.check());
  FOLDMILL_ASSIGN_OR_RETURN(const Place place, place_of(flags));
  HeldTrial held = place.held;
  FOLDMILL_ASSIGN_OR_RETURN(
      const TrialStanding standing,
      say(flags, context, held, [&](TrialClient& trials) { return trials.renew(held); }));
  print(held, standing, standing.go_on ? "continue" : "stop", flags, context);
  return standing.go_on ? ExitCode::kOk : ExitCode::kStopTrial;
}

void add_held_options(CLI::App& leaf, const std::shared_ptr<HeldFlags>& flags, Context& context) {
  leaf.add_option("--lease", flags->lease, "the lease that ask named; needed from the second on")
      ->check(CLI::PositiveNumber);
  flags->patience.add_option(leaf, "try for so long if no coordinator answers: 60s");
  leaf.add_option_function<std::string>(
          "-o,--output", [flags](const std::string& word) { flags->json = word == "json"; },
          "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  add_source_options(leaf, context);
}

void add_value_options(CLI::App& leaf, const std::shared_ptr<HeldFlags>& flags) {
  leaf.add_option("--fold", flags->fold, "which fold, from 0; also STUDY/NUMBER.FOLD")
      ->check(CLI::NonNegativeNumber);
  leaf.add_option("--metric", flags->metrics, "another metric: NAME=VALUE; may be repeated")
      ->expected(1)
      ->take_all();
}

void set_action(CLI::App& leaf, const std::shared_ptr<HeldFlags>& flags, Context& context,
                Outcome (*act)(const HeldFlags&, Context&)) {
  leaf.callback([=, &context] { context.action = [=, &context] { return act(*flags, context); }; });
}

}  // namespace

void add_tell_command(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<HeldFlags>();
  CLI::App* leaf = app.add_subcommand("tell", "say what became of a trial that was asked for");
  leaf->add_option("TRIAL", flags->trial, "STUDY/NUMBER")->required();
  leaf->add_option("VALUE", flags->value, "the objective's; without it, what was reported");
  add_value_options(*leaf, flags);
  leaf->add_option("--state", flags->state, "completed, pruned, failed or released");
  leaf->add_option("--cause", flags->cause, "of failed: out_of_memory, diverged, …");
  leaf->add_option("--message", flags->message, "why, for people");
  add_held_options(*leaf, flags, context);
  set_action(*leaf, flags, context, tell);
}

void add_held_trial_commands(CLI::App& noun, Context& context) {
  const auto flags = std::make_shared<HeldFlags>();
  CLI::App* leaf = noun.add_subcommand("report", "an epoch of a trial that was asked for");
  leaf->add_option("TRIAL", flags->trial, "STUDY/NUMBER, or STUDY/NUMBER.FOLD")->required();
  leaf->add_option("VALUE", flags->value, "the objective's after this epoch")->required();
  leaf->add_option("--epoch", flags->epoch, "which, from 1; none is skipped")->required();
  leaf->add_option("--seconds", flags->seconds, "how long it took");
  add_value_options(*leaf, flags);
  add_held_options(*leaf, flags, context);
  set_action(*leaf, flags, context, report);

  const auto renewed = std::make_shared<HeldFlags>();
  leaf = noun.add_subcommand("renew", "keep the lease of a trial that was asked for");
  leaf->add_option("TRIAL", renewed->trial, "STUDY/NUMBER")->required();
  add_held_options(*leaf, renewed, context);
  set_action(*leaf, renewed, context, renew);
}

}  // namespace foldmill::cli
