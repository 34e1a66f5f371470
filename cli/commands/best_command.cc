#include "cli/commands/context.h"
#include "cli/compare/one_standard_error.h"
#include "cli/follow/summary.h"
#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "cli/output/shapes.h"
#include "cli/terminal/text_width.h"
#include "core/hypervolume.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

struct BestFlags {
  std::string study;
  std::vector<double> reference;  // of the hypervolume; empty: none is wanted
  bool one_standard_error = false;
  std::string cost;  // of the cheapest trial; empty: the rule's own
};

Outcome show_best(const StudyRow& study, StudySource& source, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRow trial, source.get_trial(study.spec.name, *study.best));
  if (context.output.format == Format::kTable) {
    FOLDMILL_ASSIGN_OR_RETURN(const std::string stages, describe_stage_results(source, study));
    context.out << describe_trial_of(study.spec, "best", trial, context.terminal.line_width())
                << stages;
    return ExitCode::kOk;
  }
  Listing listing = list_trials(study.spec, {trial});
  listing.json = trial_json(study.spec, trial);
  FOLDMILL_RETURN_IF_ERROR(context.print(std::move(listing)));
  return ExitCode::kOk;
}

// Those that hold the constraints and are no worse than `bound`, the best one among them.
Result<std::vector<TrialRow>> trials_within(const StudySpec& spec, double bound,
                                            StudySource& source) {
  const bool minimize = spec.objective.direction == Direction::kMinimize;
  TrialQuery query;
  query.where = concat("state = completed and violation = 0 and value ",
                       minimize ? "<= " : ">= ", format_number(bound));
  query.with_curves = true;
  return all_trials(source, spec.name, query);
}

Outcome show_cheapest(const StudyRow& study, const BestFlags& flags, StudySource& source,
                      Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRow best, source.get_trial(study.spec.name, *study.best));
  FOLDMILL_ASSIGN_OR_RETURN(const double bound, one_standard_error_bound(study, best));
  FOLDMILL_ASSIGN_OR_RETURN(const auto candidates, trials_within(study.spec, bound, source));
  FOLDMILL_ASSIGN_OR_RETURN(const CheapestTrial choice,
                            cheapest_trial(study, best, candidates, flags.cost));
  if (context.output.format == Format::kTable) {
    const size_t columns = context.terminal.line_width();
    context.out << describe_trial_of(study.spec, "cheapest", choice.trial, columns)
                << labelled("why", describe_choice(study.spec, choice), columns);
    return ExitCode::kOk;
  }
  Listing listing = list_trials(study.spec, {choice.trial});
  listing.json = choice_json(study.spec, choice);
  FOLDMILL_RETURN_IF_ERROR(context.print(std::move(listing)));
  return ExitCode::kOk;
}

// The objectives of a completed trial, or a reference point, turned so that less is better.
Losses losses_of(const StudySpec& spec, const std::vector<double>& values) {
  const std::vector<Goal> goals = spec.goals();
  Losses losses;
  for (size_t i = 0; i < goals.size(); ++i)
    losses.push_back(goals[i].direction == Direction::kMinimize ? values[i] : -values[i]);
  return losses;
}

// The further objectives come first among a trial's metrics.
std::vector<double> values_of(const StudySpec& spec, const TrialRow& trial) {
  std::vector<double> values{trial.value.value()};
  for (size_t i = 0; i < spec.more_objectives.size(); ++i)
    values.push_back(trial.metrics.at(i).second);
  return values;
}

double volume_of(const StudySpec& spec, const std::vector<TrialRow>& front,
                 const std::vector<double>& reference) {
  std::vector<Losses> points;
  for (const TrialRow& trial : front) points.push_back(losses_of(spec, values_of(spec, trial)));
  return hypervolume(points, losses_of(spec, reference));
}

Json front_json(const StudyRow& study, const std::vector<TrialRow>& front,
                const std::vector<double>& reference) {
  Json json = {{"schema", "front/v1"},
               {"study", study.spec.name},
               {"objectives", goals_json(study.spec)},
               {"constraints", constraints_json(study.spec)}};
  json["reference"] = reference.empty() ? Json(nullptr) : Json(reference);
  json["hypervolume"] =
      reference.empty() ? Json(nullptr) : json_number(volume_of(study.spec, front, reference));
  json["trials"] = Json::array();
  for (const TrialRow& trial : front) json["trials"].push_back(trial_json(study.spec, trial));
  return json;
}

Outcome show_front(const StudyRow& study, const BestFlags& flags, StudySource& source,
                   Context& context) {
  std::vector<TrialRow> front;
  for (const TrialNumber number : study.front) {
    FOLDMILL_ASSIGN_OR_RETURN(TrialRow trial, source.get_trial(study.spec.name, number));
    front.push_back(std::move(trial));
  }
  if (context.output.format == Format::kTable) {
    context.out << "front     " << front.size() << " of " << study.completed
                << " completed trials: " << describe_goals(study.spec) << '\n';
    if (!flags.reference.empty())
      context.out << "volume    " << short_number(volume_of(study.spec, front, flags.reference))
                  << '\n';
  }
  Listing listing = list_trials(study.spec, front);
  listing.json = front_json(study, front, flags.reference);
  FOLDMILL_RETURN_IF_ERROR(context.print(std::move(listing)));
  return ExitCode::kOk;
}

Status check_reference(const StudySpec& spec, const std::vector<double>& reference) {
  if (reference.empty()) return ok_status();
  if (spec.more_objectives.empty())
    return invalid_argument(concat("--reference: study ", spec.name,
                                   " has one objective, so there is no hypervolume; leave it out"));
  if (reference.size() == spec.goals().size()) return ok_status();
  return invalid_argument(concat("--reference: wants ", spec.goals().size(),
                                 " numbers, one for each of: ", describe_goals(spec), "; got ",
                                 reference.size()));
}

Outcome best(const BestFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, flags.study));
  FOLDMILL_RETURN_IF_ERROR(check_reference(study.spec, flags.reference));
  if (!flags.cost.empty() && !flags.one_standard_error)
    return invalid_argument("--cost: says what the cheapest trial is; add --one-standard-error");
  if (flags.one_standard_error) FOLDMILL_RETURN_IF_ERROR(check_rule_applies(study.spec));
  if (flags.one_standard_error && study.best) return show_cheapest(study, flags, *source, context);
  if (study.best) return show_best(study, *source, context);
  if (!study.front.empty()) return show_front(study, flags, *source, context);
  return not_found(explain_no_best(study, context.source_flag()));
}

}  // namespace

void add_best_command(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<BestFlags>();
  CLI::App* leaf = app.add_subcommand(
      "best", "the best trial of a study; with several objectives, its Pareto front");
  leaf->add_option("STUDY", flags->study, "name, or unique beginning; default: the youngest");
  leaf->add_option("--reference", flags->reference,
                   "A,B,…: a value of each objective that is worse than any of interest; prints "
                   "the hypervolume of the front up to there")
      ->delimiter(',');
  leaf->add_flag("--one-standard-error", flags->one_standard_error,
                 "the cheapest trial within one standard error of the best");
  leaf->add_option("--cost", flags->cost,
                   "of these: a metric or parameter, the less the cheaper; default: n_parameters, "
                   "else the time of an epoch");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return best(*flags, context); }; });
}

}  // namespace foldmill::cli
