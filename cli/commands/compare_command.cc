#include "cli/commands/context.h"
#include "cli/compare/comparison.h"
#include "cli/output/fold_values.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

struct CompareFlags {
  std::string first, second;
  std::string metric;  // empty: the objective
};

std::string describe_side(std::string_view label, const FoundTrial& found, size_t columns) {
  return labelled(
      label,
      concat(name_of(found), "  ", to_string(found.trial.state), "  ",
             found.study.spec.objective.metric, " ", describe_value(found.study.spec, found.trial)),
      columns);
}

Outcome compare(const CompareFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const FoundTrial first, find_trial(*source, flags.first));
  FOLDMILL_ASSIGN_OR_RETURN(const FoundTrial second, find_trial(*source, flags.second));
  FOLDMILL_ASSIGN_OR_RETURN(const Comparison comparison,
                            compare_trials(first, second, flags.metric));
  const bool table = context.output.format == Format::kTable;
  const size_t columns = context.terminal.line_width();
  if (table)
    context.out << describe_side("first", first, columns)
                << describe_side("second", second, columns)
                << labelled("metric", comparison.metric, columns);
  FOLDMILL_RETURN_IF_ERROR(context.print(list_comparison(comparison)));
  if (table) context.out << describe_comparison(comparison, columns);
  return ExitCode::kOk;
}

}  // namespace

void add_compare_command(CLI::App& noun, Context& context) {
  const auto flags = std::make_shared<CompareFlags>();
  CLI::App* leaf = noun.add_subcommand("compare", "two trials fold by fold, with tests");
  leaf->add_option("FIRST", flags->first, "STUDY/NUMBER or STUDY/best")->required();
  leaf->add_option("SECOND", flags->second, "the same, of this study or another")->required();
  leaf->add_option("--metric", flags->metric,
                   "any metric that both report; default: the objective");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return compare(*flags, context); }; });
}

}  // namespace foldmill::cli
