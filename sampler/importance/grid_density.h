#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/distribution.h"

namespace foldmill::sampler::importance {

// A parameter's range as at most 50 cells: every choice, every member of a short grid, the powers
// of two of a logarithmic integer, else points evenly spread on the scale, to which values are
// rounded.
class DensityGrid {
 public:
  explicit DensityGrid(const Distribution& distribution);

  size_t size() const { return size_; }
  bool ordered() const { return ordered_; }
  size_t cell(double internal) const;

 private:
  double low_ = 0;  // first and last point, on the scale
  double high_ = 0;
  bool log_ = false;
  bool ordered_ = false;
  size_t size_ = 1;
};

using CellCounts = std::vector<int64_t>;  // values seen, by cell

// How wide a kernel is, in cells: Scott's rule (1992) on the counted values, with the quartiles in
// place of the deviation where they are narrower. At least what keeps a kernel in its cell.
double scott_bandwidth(const CellCounts& counts);

// The density over the cells, summing to 1: a mixture of one kernel per value and of a prior with
// the share `prior` of the weight. On an ordered grid the kernels are normal, of this bandwidth,
// truncated to the grid, and the prior is as wide as the grid; otherwise a kernel is the value's
// own cell and the prior is uniform. `counts` must hold something.
std::vector<double> grid_density(const DensityGrid& grid, const CellCounts& counts,
                                 double bandwidth, double prior);

}  // namespace foldmill::sampler::importance
