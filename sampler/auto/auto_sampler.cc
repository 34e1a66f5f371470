#include "sampler/auto/auto_sampler.h"

#include "core/sampler_choice.h"
#include "sampler/distinct_sampler.h"
#include "sampler/gp/gp_sampler.h"
#include "sampler/tpe/tpe_sampler.h"

namespace foldmill::sampler {
namespace {

// Chosen among 0.02 and 0.05 on rastrigin and ackley functions: the smooth test functions stay far
// below, these two are above most of the time, and a process does worse than tpe on the former.
constexpr double kMostNoise = 0.02;

std::unique_ptr<Sampler> make_picked(const std::string& type) {
  SamplerSpec defaults;
  defaults.type = "tpe";
  auto tpe = std::make_unique<TpeSampler>(defaults);
  if (type == "tpe") return tpe;
  GpOptions options;
  options.most_noise = kMostNoise;
  return std::make_unique<GpSampler>(options, std::move(tpe));
}

}  // namespace

Result<ParameterSet> AutoSampler::suggest(const History& history, const SearchSpace& space,
                                          Direction direction, uint64_t study_seed,
                                          TrialNumber number, const ParameterSet& fixed) const {
  return DistinctSampler(make_picked(choose_sampler(space, terms_).type))
      .suggest(history, space, direction, study_seed, number, fixed);
}

}  // namespace foldmill::sampler
