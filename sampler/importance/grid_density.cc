#include "sampler/importance/grid_density.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace foldmill::sampler::importance {
namespace {

constexpr int64_t kMostCells = 50;
// Half a cell is 1.64 deviations: nine tenths of the kernel stay in the cell of its value.
constexpr double kNarrowest = 0.5 / 1.64;
constexpr double kScott = 1.059;
constexpr double kQuartilesPerDeviation = 1.34;

int64_t total(const CellCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

double deviation(const CellCounts& counts) {
  double sum = 0, squares = 0;
  for (size_t cell = 0; cell < counts.size(); ++cell)
    sum += static_cast<double>(counts[cell]) * static_cast<double>(cell);
  const auto all = static_cast<double>(total(counts));
  for (size_t cell = 0; cell < counts.size(); ++cell) {
    const double off = static_cast<double>(cell) - sum / all;
    squares += static_cast<double>(counts[cell]) * off * off;
  }
  return all > 1 ? std::sqrt(squares / (all - 1)) : 0;
}

// The cell below which `share` of the values lie.
double quantile(const CellCounts& counts, double share) {
  const double wanted = share * static_cast<double>(total(counts));
  double seen = 0;
  size_t cell = 0;
  while (cell + 1 < counts.size() && (seen += static_cast<double>(counts[cell])) < wanted) ++cell;
  return static_cast<double>(cell);
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

// Adds `weight` times a normal, truncated to the grid.
void add_kernel(double centre, double sigma, double weight, std::vector<double>& density) {
  const auto below = [&](double edge) { return normal_cdf((edge - centre) / sigma); };
  const double first = below(-0.5);
  const double mass = below(static_cast<double>(density.size()) - 0.5) - first;
  double before = first;
  for (size_t cell = 0; cell < density.size(); ++cell) {
    const double after = below(static_cast<double>(cell) + 0.5);
    density[cell] += weight * (after - before) / mass;
    before = after;
  }
}

}  // namespace

DensityGrid::DensityGrid(const Distribution& distribution)
    : log_(distribution.is_log()), ordered_(distribution.as_categorical() == nullptr) {
  const std::optional<int64_t> values = distribution.cardinality();
  if (!ordered_) {
    size_ = static_cast<size_t>(*values);
    return;
  }
  double low = 0, high = 0;
  if (const IntDistribution* integer = distribution.as_int()) {
    low = static_cast<double>(integer->low);
    high = static_cast<double>(integer->high);
  } else {
    low = distribution.as_float()->low;
    high = distribution.as_float()->high;
  }
  low_ = log_ ? std::log(low) : low;
  high_ = log_ ? std::log(high) : high;
  // The powers of two between one and the number of values, both included.
  const auto doublings =
      static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(values.value_or(1) - 1)) + 1);
  const int64_t wanted = log_ && values ? doublings : values.value_or(kMostCells);
  const bool has_width = low_ / 2 < high_ / 2;  // on this scale, as cell() reckons
  size_ = has_width ? static_cast<size_t>(std::min(wanted, kMostCells)) : 1;
}

size_t DensityGrid::cell(double internal) const {
  if (!ordered_) return static_cast<size_t>(internal);
  if (size_ == 1) return 0;
  const double scale = log_ ? std::log(internal) : internal;
  const double last = static_cast<double>(size_ - 1);
  // Halves first: the whole range may be wider than a double.
  const double share = (scale / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
  return static_cast<size_t>(std::clamp(std::round(share * last), 0.0, last));
}

double scott_bandwidth(const CellCounts& counts) {
  const double quartiles = quantile(counts, 0.75) - quantile(counts, 0.25);
  const double spread = std::min(quartiles / kQuartilesPerDeviation, deviation(counts));
  const double scott = kScott * spread * std::pow(static_cast<double>(total(counts)), -0.2);
  return std::max(scott, kNarrowest);
}

std::vector<double> grid_density(const DensityGrid& grid, const CellCounts& counts,
                                 double bandwidth, double prior) {
  std::vector<double> density(grid.size(), 0.0);
  const double each = (1 - prior) / static_cast<double>(total(counts));
  const auto size = static_cast<double>(grid.size());
  if (!grid.ordered()) {
    for (size_t cell = 0; cell < density.size(); ++cell)
      density[cell] = each * static_cast<double>(counts[cell]) + prior / size;
    return density;
  }
  for (size_t cell = 0; cell < counts.size(); ++cell)
    if (counts[cell] > 0)
      add_kernel(static_cast<double>(cell), bandwidth, each * static_cast<double>(counts[cell]),
                 density);
  add_kernel((size - 1) / 2, size, prior, density);
  return density;
}

}  // namespace foldmill::sampler::importance
