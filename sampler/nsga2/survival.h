#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pareto.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// How much room there is around each point of a front: per objective the distance between its two
// neighbours as a share of the front's extent, summed; infinite for the ends (Deb et al. 2002,
// section III-B). Points of equal size.
std::vector<double> crowding_distances(std::span<const Losses> front);

// A member of a population.
struct Parent {
  const Observation* trial = nullptr;
  size_t rank = 0;      // trial_ranks()
  double crowding = 0;  // crowding_distances() within its rank
};

// Whether a is the fitter one: by rank, then by room around it.
bool is_fitter(const Parent& a, const Parent& b);

// The `count` fittest of the trials, or all of them if they are fewer; of equally fit ones those
// with the lower number. Points to the trials.
std::vector<Parent> fittest(std::span<const Observation* const> trials, Direction direction,
                            size_t count);

}  // namespace foldmill::sampler
