#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace foldmill::sampler {

// One number per (point, kernel): log densities of a batch of points under every kernel of a
// mixture. One block of memory; a row is one point.
class KernelMatrix {
 public:
  KernelMatrix(size_t points, size_t kernels) : kernels_(kernels), values_(points * kernels) {}

  size_t points() const { return kernels_ == 0 ? 0 : values_.size() / kernels_; }
  std::span<double> row(size_t point) { return {values_.data() + point * kernels_, kernels_}; }
  std::span<const double> row(size_t point) const {
    return {values_.data() + point * kernels_, kernels_};
  }

 private:
  size_t kernels_;
  std::vector<double> values_;
};

}  // namespace foldmill::sampler
