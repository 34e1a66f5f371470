#include "sampler/tpe/kernel_shapes.h"

#include <algorithm>
#include <limits>

namespace foldmill::sampler {
namespace {

constexpr size_t kFullWeightTrials = 25;
constexpr size_t kMostMagicKernels = 100;

constexpr size_t kNobody = std::numeric_limits<size_t>::max();

// Those observations, in rising order, that may be farther than `width / cells` from a neighbour:
// the outermost in each of `cells` equal cells of the range. All others have, in their own cell, a
// neighbour on either side that is nearer. Spares sorting everything.
std::vector<size_t> outermost_in_cells(std::span<const double> mu, const UnitTransform& transform,
                                       size_t cells) {
  struct Cell {
    size_t first = kNobody;
    size_t last = kNobody;
  };
  std::vector<Cell> ends(cells);
  const double last_cell = static_cast<double>(cells - 1);
  const double per_cell = static_cast<double>(cells) / transform.width();
  for (size_t i = 0; i < mu.size(); ++i) {
    const double place = std::clamp((mu[i] - transform.low()) * per_cell, 0.0, last_cell);
    Cell& cell = ends[static_cast<size_t>(place)];
    if (cell.first == kNobody || mu[i] < mu[cell.first]) cell.first = i;
    if (cell.last == kNobody || mu[i] >= mu[cell.last]) cell.last = i;
  }
  std::vector<size_t> order;
  for (const Cell& cell : ends) {
    if (cell.first == kNobody) continue;
    order.push_back(cell.first);
    if (cell.last != cell.first) order.push_back(cell.last);
  }
  return order;
}

// Larger gap to a neighbour for position `i` of `sorted`, before clipping.
double gap_width(std::span<const double> sorted, size_t i, const UnitTransform& transform) {
  const size_t last = sorted.size() - 1;
  if (last == 0) return std::max(sorted[0] - transform.low(), transform.high() - sorted[0]);
  if (i == 0) return sorted[1] - sorted[0];
  if (i == last) return sorted[last] - sorted[last - 1];
  return std::max(sorted[i] - sorted[i - 1], sorted[i + 1] - sorted[i]);
}

}  // namespace

std::vector<double> age_weights(size_t count) {
  std::vector<double> weights(count, 1.0);
  if (count <= kFullWeightTrials) return weights;
  const size_t rising = count - kFullWeightTrials;
  const double first = 1.0 / static_cast<double>(count);
  const double step = rising == 1 ? 0 : (1.0 - first) / static_cast<double>(rising - 1);
  for (size_t i = 0; i < rising; ++i) weights[i] = first + static_cast<double>(i) * step;
  return weights;
}

KernelShapes kernel_shapes(const UnitTransform& transform, std::span<const double> observed) {
  const size_t count = observed.size();
  KernelShapes shapes{std::vector<double>(count + 1), std::vector<double>(count + 1)};
  std::transform(observed.begin(), observed.end(), shapes.mu.begin(),
                 [&](double internal) { return transform.to_scale(internal); });

  const size_t cells = std::min(kMostMagicKernels, count + 2);
  const double narrowest = transform.width() / static_cast<double>(cells);
  std::fill_n(shapes.sigma.begin(), count, narrowest);
  const std::vector<size_t> order =
      outermost_in_cells(std::span(shapes.mu).first(count), transform, cells);
  std::vector<double> sorted;
  for (size_t index : order) sorted.push_back(shapes.mu[index]);
  for (size_t i = 0; i < order.size(); ++i)
    shapes.sigma[order[i]] =
        std::clamp(gap_width(sorted, i, transform), narrowest, transform.width());

  shapes.mu[count] = 0.5 * (transform.low() + transform.high());
  shapes.sigma[count] = transform.width();
  return shapes;
}

}  // namespace foldmill::sampler
