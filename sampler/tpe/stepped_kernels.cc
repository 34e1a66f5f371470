#include "sampler/tpe/stepped_kernels.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "sampler/tpe/kernel_shapes.h"
#include "sampler/tpe/truncated_normal.h"

namespace foldmill::sampler {

SteppedKernels::SteppedKernels(const UnitTransform& transform, std::span<const double> observed)
    : transform_(transform) {
  const auto [mu, sigma] = kernel_shapes(transform, observed);
  std::vector<std::tuple<double, double, uint32_t>> order(mu.size());
  for (uint32_t k = 0; k < mu.size(); ++k) order[k] = {mu[k], sigma[k], k};
  std::sort(order.begin(), order.end());

  shape_of_.resize(mu.size());
  for (const auto& [centre, width, kernel] : order) {
    if (shapes_.empty() || shapes_.back().mu != centre || shapes_.back().sigma != width)
      shapes_.push_back({centre, width,
                         log_normal_mass((transform.low() - centre) / width,
                                         (transform.high() - centre) / width)});
    shape_of_[kernel] = static_cast<uint32_t>(shapes_.size() - 1);
  }
}

double SteppedKernels::sample(size_t kernel, Random& random) const {
  const Shape& shape = shapes_[shape_of_[kernel]];
  return transform_.from_scale(
      sample_truncated_normal(shape.mu, shape.sigma, transform_.low(), transform_.high(), random));
}

void SteppedKernels::cell_log_masses(double internal, std::span<double> out) const {
  const double low = transform_.cell_low(internal);
  const double high = transform_.cell_high(internal);
  for (size_t s = 0; s < shapes_.size(); ++s) {
    const Shape& shape = shapes_[s];
    out[s] = log_normal_mass((low - shape.mu) / shape.sigma, (high - shape.mu) / shape.sigma) -
             shape.log_mass;
  }
}

void SteppedKernels::add_log_densities(std::span<const double> internal, KernelMatrix& out) const {
  std::vector<size_t> order(internal.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return internal[a] < internal[b]; });

  std::vector<double> masses(shapes_.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || internal[order[i]] != internal[order[i - 1]])
      cell_log_masses(internal[order[i]], masses);
    const std::span<double> row = out.row(order[i]);
    for (size_t k = 0; k < shape_of_.size(); ++k) row[k] += masses[shape_of_[k]];
  }
}

}  // namespace foldmill::sampler
