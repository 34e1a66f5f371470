#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/learning_curve.h"

namespace foldmill::sampler {

// The `percent` percentile (0 … 100) with linear interpolation between the two nearest values, NaN
// left out. NaN when nothing is left.
double percentile(std::vector<double> values, double percent);

// Checks happen at the first report of each window [warmup + k * interval, warmup + (k+1) *
// interval). Reports come at every epoch from 1, so the first of a window is its start, or epoch 1
// where the window begins before it. `interval` >= 1, `epoch` >= 1.
bool is_check_epoch(int64_t epoch, int64_t warmup_epochs, int64_t interval);

// The values of those peers that got to `epoch`; NaN among them is kept.
std::vector<double> peer_values(std::span<const LearningCurve* const> peers, int64_t epoch);

}  // namespace foldmill::sampler
