#include "sampler/importance.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "cli/commands/context.h"
#include "cli/output/format.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

using sampler::ImportanceMethod;
using sampler::ImportanceReport;

// With fewer trials the order of a simple function comes out wrong more often than one time in five
// (docs/benchmarks/2026-11-22-importance.md).
int64_t steady_trials(const std::string& method) { return method == "ped-anova" ? 500 : 60; }

struct ImportanceFlags {
  std::string study;
  std::string method = "fanova";
  std::string metric;  // empty: the first objective
  std::optional<double> top;
  bool pairs = false;
};

Result<Goal> find_goal(const StudySpec& spec, const std::string& metric) {
  std::vector<std::string> names;
  for (const Goal& goal : spec.goals()) {
    if (metric.empty() || goal.metric == metric) return goal;
    names.push_back(goal.metric);
  }
  return invalid_argument(concat("--metric: '", metric, "' is no objective of ", spec.name,
                                 "\n  its objectives: ", join(names, ", ")));
}

double value_of(const TrialRow& trial, const StudySpec& spec, const std::string& metric) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (metric == spec.objective.metric) return trial.value.value_or(kNone);
  const auto found = std::find_if(trial.metrics.begin(), trial.metrics.end(),
                                  [&](const auto& named) { return named.first == metric; });
  return found == trial.metrics.end() ? kNone : found->second;
}

Listing list_importances(const StudySpec& spec, const ImportanceFlags& flags,
                         const std::string& metric, const ImportanceReport& report) {
  Listing listing;
  listing.columns = {
      {"parameter", false, 9}, {"importance", true, 8}, {"share", true, 7}, {"trials", true, 6}};
  listing.json = {{"schema", "importance/v1"},   {"study", spec.name},
                  {"method", flags.method},      {"metric", metric},
                  {"trials", report.trials},     {"left_out", report.left_out},
                  {"parameters", Json::array()}, {"pairs", Json::array()}};
  for (const sampler::ParameterImportance& row : report.parameters) {
    listing.rows.push_back({row.name, row.importance, row.share, row.trials});
    listing.json["parameters"].push_back({{"name", row.name},
                                          {"importance", json_number(row.importance)},
                                          {"share", json_number(row.share)},
                                          {"trials", row.trials}});
  }
  for (const sampler::PairImportance& pair : report.pairs) {
    listing.rows.push_back({concat(pair.first, " * ", pair.second), Cell(), pair.share, Cell()});
    listing.json["pairs"].push_back(
        {{"names", {pair.first, pair.second}}, {"share", json_number(pair.share)}});
  }
  return listing;
}

void print_cautions(const std::string& method, const ImportanceReport& report, std::ostream& err) {
  if (report.left_out > 0)
    err << report.left_out << (report.left_out == 1 ? " trial is" : " trials are")
        << " left out: the value is not finite, or the parameters are not within today's ranges\n";
  if (const int64_t steady = steady_trials(method); report.trials < steady)
    err << "only " << report.trials << " trials: the order is a guess; with " << method << ' '
        << steady << " or more make it steady\n";
}

Outcome show_importances(const ImportanceFlags& flags, Context& context) {
  if (flags.top && flags.method != "ped-anova")
    return invalid_argument("--top: only ped-anova has best trials; add --method ped-anova");
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, flags.study));
  FOLDMILL_ASSIGN_OR_RETURN(const Goal goal, find_goal(study.spec, flags.metric));
  TrialQuery query;
  query.where = "state = completed";
  FOLDMILL_ASSIGN_OR_RETURN(const auto trials, all_trials(*source, study.spec.name, query));
  std::vector<sampler::ScoredPoint> points;
  for (const TrialRow& trial : trials)
    points.push_back({trial.params, value_of(trial, study.spec, goal.metric)});

  sampler::ImportanceOptions options;
  if (flags.method == "ped-anova") options.method = ImportanceMethod::kPedAnova;
  options.top = flags.top.value_or(options.top);
  options.pairs = flags.pairs;
  options.seed = study.spec.seed;
  const auto report =
      sampler::parameter_importances(study.spec.space, points, goal.direction, options);
  if (!report.ok()) return report.status().with_context(study.spec.name);
  FOLDMILL_RETURN_IF_ERROR(
      context.print(list_importances(study.spec, flags, goal.metric, *report)));
  print_cautions(flags.method, *report, context.err);
  return ExitCode::kOk;
}

}  // namespace

void add_importance_command(CLI::App& noun, Context& context) {
  const auto flags = std::make_shared<ImportanceFlags>();
  CLI::App* leaf = noun.add_subcommand("importance", "which parameters matter, and how much");
  leaf->add_option("STUDY", flags->study, "name, or unique beginning; default: the youngest");
  leaf->add_option("--method", flags->method,
                   "fanova (default): what the value varies with; ped-anova: what tells the best "
                   "trials from all")
      ->check(CLI::IsMember({"ped-anova", "fanova"}));
  leaf->add_option("--metric", flags->metric, "one of several objectives; default: the first");
  leaf->add_option("--top", flags->top, "ped-anova: the share of trials that are the best: 0.1");
  leaf->add_flag("--pairs", flags->pairs, "fanova: also what pairs of parameters do together");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback([=, &context] {
    context.action = [=, &context] { return show_importances(*flags, context); };
  });
}

}  // namespace foldmill::cli
