#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pareto.h"
#include "core/study.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// What the objectives say of each trial, less being better; NaN, and an objective that is missing,
// counts as infinite.
std::vector<Losses> losses_of(std::span<const Observation* const> trials, Direction direction);

// A trial's place among others, lower being better: feasible trials by the front that they are on
// (core/pareto.h), all infeasible ones behind them by their violation. This is the order that Deb
// et al. (2002), section VI, call constrained domination. `losses` as losses_of() gives them.
std::vector<size_t> trial_ranks(std::span<const Observation* const> trials,
                                std::span<const Losses> losses);

}  // namespace foldmill::sampler
