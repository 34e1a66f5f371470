#pragma once

#include "sampler/sampler.h"

namespace foldmill::sampler {

// Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kegl: "Algorithms for
// hyper-parameter optimization", NeurIPS 2011; multivariate form: Falkner, Klein, Hutter, "BOHB",
// ICML 2018). Splits the finished trials into a good and a bad group, models each with a mixture of
// kernels, draws candidates from the good model and proposes the one with the largest ratio of the
// two densities, which is the one of largest expected improvement.
//
// Multivariate: parameters that every finished trial had are proposed together. All others
// (conditional ones) are proposed each on its own, from the trials that had it; with `group`,
// together with those that took part in the same trials. Univariate: each on its own. An
// observation outside a parameter's present range is no observation of it. Uniform until there are
// `startup_trials` completed or pruned trials. Immutable; safe from any thread.
class TpeSampler final : public Sampler {
 public:
  // Takes options that make_sampler has checked.
  explicit TpeSampler(SamplerSpec options) : options_(std::move(options)) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  SamplerSpec options_;
};

}  // namespace foldmill::sampler
