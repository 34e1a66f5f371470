#include "sampler/importance.h"

#include <algorithm>
#include <numeric>

#include "core/text.h"
#include "sampler/importance/fanova.h"
#include "sampler/importance/ped_anova.h"
#include "sampler/importance/sample_table.h"

namespace foldmill::sampler {
namespace {

constexpr int kMostTrees = 4096;

Status check_options(const ImportanceOptions& options) {
  if (!(options.top > 0 && options.top <= 0.5))
    return invalid_argument(concat("top: ", format_number(options.top),
                                   " is not a share of trials; give more than 0, at most 0.5"));
  if (options.trees < 1 || options.trees > kMostTrees)
    return invalid_argument(concat("trees: ", options.trees, " is not within 1 to ", kMostTrees));
  if (options.pairs && options.method == ImportanceMethod::kPedAnova)
    return invalid_argument("ped-anova looks at single parameters only; ask fanova for pairs");
  return ok_status();
}

// In the order of the space.
std::vector<ParameterImportance> importances(const SearchSpace& space,
                                             const importance::SampleTable& table,
                                             const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<ParameterImportance> out;
  for (size_t index = 0; index < space.size(); ++index)
    out.push_back({space.parameters()[index].name, sum > 0 ? shares[index] / sum : 0, shares[index],
                   table.active(index)});
  return out;
}

template <class Row>
void sort_by_share(std::vector<Row>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.share > b.share; });
}

}  // namespace

Result<ImportanceReport> parameter_importances(const SearchSpace& space,
                                               std::span<const ScoredPoint> points,
                                               Direction direction,
                                               const ImportanceOptions& options) {
  FOLDMILL_RETURN_IF_ERROR(check_options(options));
  if (space.empty())
    return failed_precondition(
        "the study searches no parameter, so none can matter; give one a"
        " range under params");
  FOLDMILL_ASSIGN_OR_RETURN(const importance::SampleTable table,
                            importance::make_sample_table(space, points, direction));
  ImportanceReport report;
  report.trials = static_cast<int64_t>(table.size());
  report.left_out = table.left_out;
  if (options.method == ImportanceMethod::kPedAnova) {
    FOLDMILL_ASSIGN_OR_RETURN(const std::vector<double> shares,
                              importance::ped_anova(space, table, options.top));
    report.parameters = importances(space, table, shares);
  } else {
    const importance::VarianceShares shares =
        importance::fanova(space, table, options.trees, options.pairs, options.seed);
    report.parameters = importances(space, table, shares.alone);
    for (size_t i = 0; i < shares.together.size(); ++i)
      for (size_t j = i + 1; j < space.size(); ++j)
        report.pairs.push_back(
            {space.parameters()[i].name, space.parameters()[j].name, shares.together[i][j]});
  }
  sort_by_share(report.parameters);
  sort_by_share(report.pairs);
  return report;
}

}  // namespace foldmill::sampler
