#include "cli/commands/context.h"
#include "cli/output/decision.h"
#include "cli/output/fold_values.h"
#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "cli/output/shapes.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

Outcome list(const std::string& name, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, name));
  TrialQuery query;
  query.where = context.where;
  query.sort = context.sort;
  FOLDMILL_ASSIGN_OR_RETURN(const auto trials,
                            all_trials(*source, study.spec.name, query, context.limit));
  FOLDMILL_RETURN_IF_ERROR(context.print(list_trials(study.spec, trials)));
  return ExitCode::kOk;
}

// The lines above the folds of one trial.
std::string describe_trial(const StudySpec& spec, const TrialRow& trial, size_t columns) {
  std::string out;
  const auto say = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) out += labelled(label, text, columns);
  };
  const std::string value = describe_value(spec, trial);
  say("trial", concat(spec.name, "/", trial.number.value, "  ", to_string(trial.state),
                      value.empty() ? "" : "  value ", value));
  if (!trial.metrics.empty()) say("metrics", describe_values(spec, trial));
  if (const auto folds = spread_of(spec, trial)) say("folds", describe_spread(*folds));
  say("params", describe_params(trial.params));
  say("epochs", concat(trial.epochs, " in ", format_duration(trial.seconds)));
  if (trial.decision) say("pruned", describe_decision(spec, trial));
  say("message", trial.message);
  return out;
}

Outcome show_folds(const TrialId& id, bool with_head, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, source->get_study(id.study));
  FOLDMILL_ASSIGN_OR_RETURN(TrialRow trial, source->get_trial(study.spec.name, id.trial));
  if (id.fold) {
    std::erase_if(trial.folds, [&](const FoldRow& fold) { return fold.fold != *id.fold; });
    if (trial.folds.empty())
      return not_found(concat("trial ", study.spec.name, "/", id.trial.value, " has no fold ",
                              id.fold->value, "\n  try: foldmill folds show ", study.spec.name, "/",
                              id.trial.value));
  }
  if (with_head && context.output.format == Format::kTable)
    context.out << describe_trial(study.spec, trial, context.terminal.line_width());
  FOLDMILL_RETURN_IF_ERROR(context.print(list_folds(study.spec, trial)));
  return ExitCode::kOk;
}

void add_show(CLI::App& noun, const char* help, bool with_head, Context& context) {
  const auto text = std::make_shared<std::string>();
  CLI::App* leaf = noun.add_subcommand("show", help);
  leaf->add_option("TRIAL", *text, "STUDY/NUMBER, or STUDY/NUMBER.FOLD")->required();
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback([=, &context] {
    context.action = [=, &context]() -> Outcome {
      FOLDMILL_ASSIGN_OR_RETURN(const TrialId id, parse_trial_id(*text));
      return show_folds(id, with_head, context);
    };
  });
}

}  // namespace

void add_trial_commands(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("trial", "list, look at one, compare two, enqueue points");
  noun->require_subcommand(1);
  const auto study = std::make_shared<std::string>();
  CLI::App* leaf = noun->add_subcommand("list", "the trials of a study");
  leaf->add_option("STUDY", *study, "name, or unique beginning; default: the youngest");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  add_list_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return list(*study, context); }; });
  add_show(*noun, "one trial: parameters, folds, why it ended", true, context);
  add_compare_command(*noun, context);
  add_enqueue_command(*noun, context);
  add_held_trial_commands(*noun, context);
}

void add_folds_commands(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("folds", "look at the folds of a trial");
  noun->require_subcommand(1);
  add_show(*noun, "the folds of one trial", false, context);
  add_folds_run_command(*noun, context);
}

}  // namespace foldmill::cli
