#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace foldmill::sampler {

// The `percent` percentile (0 … 100) of values in ascending order, none of them NaN, with linear
// interpolation between the two nearest. NaN of no values.
double percentile_of_ascending(std::span<const double> ascending, double percent);
// The same of values in any order, NaN left out.
double percentile(std::vector<double> values, double percent);

// Checks happen at the first report of each window [warmup + k * interval, warmup + (k+1) *
// interval). Reports come at every epoch from 1, so the first of a window is its start, or epoch 1
// where the window begins before it. `interval` >= 1, `epoch` >= 1.
bool is_check_epoch(int64_t epoch, int64_t warmup_epochs, int64_t interval);

}  // namespace foldmill::sampler
