#include "sampler/tpe/kernel_shapes.h"

#include <algorithm>
#include <numeric>

namespace foldmill::sampler {
namespace {

constexpr size_t kFullWeightTrials = 25;
constexpr size_t kMostMagicKernels = 100;

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

  std::vector<std::pair<double, size_t>> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = {shapes.mu[i], i};
  std::sort(order.begin(), order.end());
  std::vector<double> sorted(count);
  for (size_t i = 0; i < count; ++i) sorted[i] = order[i].first;

  const double kernels = static_cast<double>(std::min(kMostMagicKernels, count + 2));
  const double narrowest = transform.width() / kernels;
  for (size_t i = 0; i < count; ++i)
    shapes.sigma[order[i].second] =
        std::clamp(gap_width(sorted, i, transform), narrowest, transform.width());

  shapes.mu[count] = 0.5 * (transform.low() + transform.high());
  shapes.sigma[count] = transform.width();
  return shapes;
}

}  // namespace foldmill::sampler
