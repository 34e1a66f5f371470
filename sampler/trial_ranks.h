#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "core/pareto.h"
#include "core/study.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// A finished trial's place by its value, smaller being better: feasible before infeasible ones and
// those by their violation; whole values, measured or estimated, before those of trials that were
// pruned on the way, of these the ones that got further first; then by value, NaN being the worst;
// equal ones by number, so that no two trials are equal.
using ValueRank = std::tuple<double, bool, int64_t, double, TrialNumber>;
ValueRank value_rank(const Observation& trial, Direction direction);

// What the objectives say of each trial, less being better; NaN, and an objective that is missing,
// counts as infinite.
std::vector<Losses> losses_of(std::span<const Observation* const> trials, Direction direction);

// A trial's place among others, lower being better: feasible trials by the front that they are on
// (core/pareto.h), all infeasible ones behind them by their violation. This is the order that Deb
// et al. (2002), section VI, call constrained domination. `losses` as losses_of() gives them.
std::vector<size_t> trial_ranks(std::span<const Observation* const> trials,
                                std::span<const Losses> losses);

}  // namespace foldmill::sampler
