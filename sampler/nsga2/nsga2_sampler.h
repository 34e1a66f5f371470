#pragma once

#include "sampler/sampler.h"

namespace foldmill::sampler {

// NSGA-II (Deb, Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic
// algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6, 2002), with their
// constrained domination; serves one objective too.
//
// Trials 0 … population-1 are the first generation and drawn uniformly; the next as many are the
// second, whose parents are the fittest of the first, and so on. Generations are cut by trial
// number, and parents are found anew from the history at each question, so that a generation begins
// while trials of the one before still run; those are parents once they have completed. Pruned and
// failed trials are no parents. A parameter that is not active in one parent comes from the other;
// if in neither, it is drawn uniformly.
class Nsga2Sampler final : public Sampler {
 public:
  explicit Nsga2Sampler(const SamplerSpec& options);

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  size_t population_;
};

}  // namespace foldmill::sampler
