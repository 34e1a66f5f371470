#include "cli/commands/context.h"
#include "cli/follow/summary.h"
#include "cli/output/shapes.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

Outcome best(const std::string& name, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, name));
  if (!study.best)
    return not_found(concat("no trial of ", study.spec.name,
                            " is completed yet\n  try: foldmill watch ", study.spec.name,
                            context.source_flag()));
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRow trial, source->get_trial(study.spec.name, *study.best));
  if (context.output.format == Format::kTable) {
    context.out << describe_best(study, trial);
    return ExitCode::kOk;
  }
  Listing listing = list_trials(study.spec.name, {trial});
  listing.json = trial_json(study.spec.name, trial);
  FOLDMILL_RETURN_IF_ERROR(context.print(std::move(listing)));
  return ExitCode::kOk;
}

}  // namespace

void add_best_command(CLI::App& app, Context& context) {
  const auto study = std::make_shared<std::string>();
  CLI::App* leaf =
      app.add_subcommand("best", "the best trial of a study: value, parameters, folds");
  leaf->add_option("STUDY", *study, "name, or unique beginning; default: the youngest");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return best(*study, context); }; });
}

}  // namespace foldmill::cli
