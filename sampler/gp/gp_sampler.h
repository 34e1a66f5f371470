#pragma once

#include <limits>
#include <memory>

#include "sampler/sampler.h"

namespace foldmill::sampler {

struct GpOptions {
  int startup_trials = 10;     // finished trials before the model begins; uniform until then
  int max_trials = 500;        // at most that many trials are modelled
  bool deterministic = false;  // the same parameters would give the same value: no noise
  // Of the values' variance, that the model may put down to noise beside what is known of it. A
  // process that does more sees no more of a rugged function than a slope through it.
  double most_noise = std::numeric_limits<double>::infinity();
};

// Bayesian optimisation with a Gaussian process (Jones, Schonlau, Welch, "Efficient global
// optimization of expensive black-box functions", J. Global Optimization 13, 1998; Snoek,
// Larochelle, Adams, "Practical Bayesian optimization of machine learning algorithms", NeurIPS
// 2012). A Matern-5/2 kernel with a length for each parameter, on the unit interval for numbers and
// by Hamming distance for choices; the most probable hyperparameters, noise among them; proposes
// the point of largest logarithmic expected improvement, given what the running trials may bring.
//
// Learns from finished trials within today's ranges (gp/training_data.h); a trial's standard error,
// where it is known, is noise of that observation beside the estimated one. Failed trials are not
// modelled.
// Parameters that are not active rest at one place of the model, so conditional spaces need no
// model of their own. A point that was tried is not proposed again unless nothing else is found.
//
// Cost grows with the cube of the modelled trials, hence `max_trials`: the best half of that many
// and, of the others, the latest. Immutable; safe from any thread.
class GpSampler final : public Sampler {
 public:
  // Takes options that make_sampler has checked. `otherwise` proposes where the model cannot be
  // made, or finds too much noise.
  GpSampler(GpOptions options, std::shared_ptr<const Sampler> otherwise)
      : options_(options), otherwise_(std::move(otherwise)) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  GpOptions options_;
  std::shared_ptr<const Sampler> otherwise_;
};

}  // namespace foldmill::sampler
