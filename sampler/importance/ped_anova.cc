#include "sampler/importance/ped_anova.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "sampler/importance/grid_density.h"

namespace foldmill::sampler::importance {
namespace {

constexpr size_t kFewestBest = 2;

// By trial: whether it is one of the best.
Result<std::vector<bool>> best_trials(const std::vector<double>& losses, double top) {
  std::vector<double> sorted = losses;
  std::sort(sorted.begin(), sorted.end());
  const auto wanted = static_cast<size_t>(std::ceil(top * static_cast<double>(losses.size())));
  double limit = sorted[std::max(wanted, kFewestBest) - 1];
  if (limit == sorted.back()) {
    // Its equals would make the best of all trials: the limit is what is better.
    const auto better = std::lower_bound(sorted.begin(), sorted.end(), limit) - sorted.begin();
    if (better < static_cast<std::ptrdiff_t>(kFewestBest))
      return failed_precondition(
          concat("all trials but one have the same value, so there are no best ones to compare"
                 " with the others; let more trials complete, or use method fanova"));
    limit = sorted[static_cast<size_t>(better - 1)];
  }
  std::vector<bool> is_best;
  for (const double loss : losses) is_best.push_back(loss <= limit);
  return is_best;
}

// p_best against p_all: sum of p_all * (p_best / p_all - 1)^2.
double pearson_divergence(const std::vector<double>& best, const std::vector<double>& all) {
  double sum = 0;
  for (size_t cell = 0; cell < all.size(); ++cell) {
    const double off = best[cell] - all[cell];
    if (off != 0) sum += off * off / all[cell];
  }
  return sum;
}

struct Regime {
  CellCounts best, all;
  int64_t best_active = 0, active = 0;
};

Regime count_cells(const DensityGrid& grid, const std::vector<double>& column,
                   const std::vector<bool>& is_best) {
  Regime regime{CellCounts(grid.size()), CellCounts(grid.size())};
  for (size_t trial = 0; trial < column.size(); ++trial) {
    if (std::isnan(column[trial])) continue;
    const size_t cell = grid.cell(column[trial]);
    ++regime.all[cell];
    ++regime.active;
    if (!is_best[trial]) continue;
    ++regime.best[cell];
    ++regime.best_active;
  }
  return regime;
}

}  // namespace

Result<std::vector<double>> ped_anova(const SearchSpace& space, const SampleTable& table,
                                      double top) {
  FOLDMILL_ASSIGN_OR_RETURN(const std::vector<bool> is_best, best_trials(table.losses, top));
  const auto trials = static_cast<double>(table.size());
  const auto best = static_cast<double>(std::count(is_best.begin(), is_best.end(), true));
  const double q = best / trials;

  std::vector<double> shares(space.size(), 0.0);
  for (size_t index = 0; index < space.size(); ++index) {
    const DensityGrid grid(space.parameters()[index].distribution);
    const Regime regime = count_cells(grid, table.columns[index], is_best);
    if (regime.best_active < static_cast<int64_t>(kFewestBest)) continue;
    const double bandwidth = scott_bandwidth(regime.best);
    const double prior = 1 / (static_cast<double>(regime.best_active) + 1);  // one more value
    const double divergence = pearson_divergence(grid_density(grid, regime.best, bandwidth, prior),
                                                 grid_density(grid, regime.all, bandwidth, prior));
    const double alpha = static_cast<double>(regime.best_active) / best;
    const double beta = static_cast<double>(regime.active) / trials;
    shares[index] = q / (1 - q) * alpha * alpha / beta * divergence;
  }
  return shares;
}

}  // namespace foldmill::sampler::importance
