#pragma once

#include <vector>

#include "core/search_space.h"
#include "sampler/importance/sample_table.h"

namespace foldmill::sampler::importance {

// Shares of the variance of the value.
struct VarianceShares {
  std::vector<double> alone;                  // by parameter of the space
  std::vector<std::vector<double>> together;  // [i][j], i < j, beyond both alone; empty: not asked
};

// fANOVA (Hutter, Hoos, Leyton-Brown: "An efficient approach for assessing hyperparameter
// importance", ICML 2014). A random forest learns the value; each tree is constant on boxes, so the
// variance of its mean over all other parameters is a sum over boxes, under uniform draws from the
// space: there is no further sampling. Shares are taken of each tree's whole variance and averaged.
//
// A forest is `trees` trees, each grown on a draw with replacement of as many trials as there are,
// at most 2,000, which bounds the cost. Where a parameter was not active, each tree sees a uniform
// draw in its place: nothing depends on it, so any value is as true. Of a conditional parameter,
// its marginal is taken within the box of its ancestors that makes it active, and its variance
// counts as often as it is active; of two, within both boxes.
VarianceShares fanova(const SearchSpace& space, const SampleTable& table, int trees, bool pairs,
                      uint64_t seed);

}  // namespace foldmill::sampler::importance
