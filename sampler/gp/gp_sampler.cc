#include "sampler/gp/gp_sampler.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/random.h"
#include "sampler/gp/acquisition.h"
#include "sampler/gp/acquisition_search.h"
#include "sampler/gp/gaussian_process.h"
#include "sampler/gp/hyperparameter_fit.h"
#include "sampler/gp/model_space.h"
#include "sampler/gp/training_data.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"

namespace foldmill::sampler {
namespace {

bool same_trial(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

// The model's point of largest acquisition as internal values; nothing when the model fails, or
// finds too much noise.
std::optional<std::vector<double>> propose(const gp::TrainingData& data,
                                           const gp::ModelSpace& space, const History& history,
                                           const GpOptions& options, const Random& random) {
  gp::Hyperparameters fitted = gp::fit_hyperparameters(data, options.deterministic);
  if (fitted.noise > options.most_noise) return std::nullopt;
  const std::optional<gp::GaussianProcess> process =
      gp::GaussianProcess::condition(data, std::move(fitted));
  if (!process) return std::nullopt;
  Eigen::Index best = 0;
  process->posterior_means_at_observations().maxCoeff(&best);
  const gp::Acquisition acquisition(*process, data.values.maxCoeff(), random);
  const auto is_new = [&](const Eigen::VectorXd& point) {
    return std::none_of(history.entries().begin(), history.entries().end(),
                        [tried = space.internal(point)](const History::Entry& trial) {
                          return same_trial(trial->internal, tried);
                        });
  };
  return space.internal(gp::largest_acquisition(acquisition, space, process->hyperparameters(),
                                                data.points.row(best).transpose(), random, is_new));
}

}  // namespace

Result<ParameterSet> GpSampler::suggest(const History& history, const SearchSpace& space,
                                        Direction direction, uint64_t study_seed,
                                        TrialNumber number, const ParameterSet& fixed) const {
  const auto at_random = [&] {
    return RandomSampler().suggest(history, space, direction, study_seed, number, fixed);
  };
  const gp::ModelSpace model_space(space, fixed);
  if (model_space.dimensions() == 0) return at_random();
  const gp::TrainingData data =
      gp::training_data(history, model_space, direction, static_cast<size_t>(options_.max_trials));
  if (data.values.size() < std::max(1, options_.startup_trials)) return at_random();

  const Random random(study_seed, RandomPurpose::kSampler, number);
  const std::optional<std::vector<double>> internal =
      propose(data, model_space, history, options_, random);
  if (!internal) return otherwise_->suggest(history, space, direction, study_seed, number, fixed);
  return build_point(space, fixed, [&](size_t index) {
    const double value = (*internal)[index];
    // Only a parameter with a single value is active and has no coordinate.
    if (!std::isnan(value)) return value;
    Random unused = random;
    return sample_uniform(space.parameters()[index].distribution, unused);
  });
}

}  // namespace foldmill::sampler
