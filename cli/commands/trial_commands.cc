#include "cli/commands/context.h"
#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "cli/output/shapes.h"
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
  FOLDMILL_RETURN_IF_ERROR(context.print(list_trials(study.spec.name, trials)));
  return ExitCode::kOk;
}

// "by median at epoch 3 of fold 0: 0.4 against 0.3 of 5 peers".
std::string describe_decision(const PruneDecision& decision) {
  std::string out = concat("by ", decision.pruner, " at epoch ", decision.epoch, " of fold ",
                           decision.fold.value, ": ");
  const std::string value = short_number(decision.value);
  const std::string threshold = short_number(decision.threshold);
  if (decision.p_value)
    return concat(out, "expected ", value, " over all folds against ", threshold,
                  " of the best of ", decision.peers, decision.peers == 1 ? " trial" : " trials",
                  " (p = ", short_number(*decision.p_value), ")");
  out += concat(value, " against ", threshold);
  return decision.peers == 0 ? out : concat(out, " of ", decision.peers, " peers");
}

// The lines above the folds of one trial.
void print_head(const StudySpec& spec, const TrialRow& trial, std::ostream& out) {
  out << "trial     " << spec.name << '/' << trial.number.value << "  " << to_string(trial.state);
  if (trial.value) out << "  value " << short_number(*trial.value);
  out << '\n';
  if (!trial.metrics.empty()) out << "metrics   " << describe_values(spec, trial) << '\n';
  out << "params    " << describe_params(trial.params) << '\n';
  out << "epochs    " << trial.epochs << " in " << format_duration(trial.seconds) << '\n';
  if (trial.decision) out << "pruned    " << describe_decision(*trial.decision) << '\n';
  if (!trial.message.empty()) out << "message   " << trial.message << '\n';
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
    print_head(study.spec, trial, context.out);
  FOLDMILL_RETURN_IF_ERROR(context.print(list_folds(study.spec.name, trial)));
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
  CLI::App* noun = app.add_subcommand("trial", "list trials, look at one, enqueue points");
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
