#include "sampler/auto/auto_sampler.h"
#include "sampler/cmaes/cmaes_sampler.h"
#include "sampler/distinct_sampler.h"
#include "sampler/gp/gp_sampler.h"
#include "sampler/grid/grid_sampler.h"
#include "sampler/nsga2/nsga2_sampler.h"
#include "sampler/qmc/qmc_sampler.h"
#include "sampler/random/random_sampler.h"
#include "sampler/sampler.h"
#include "sampler/tpe/tpe_sampler.h"

namespace foldmill::sampler {
namespace {

// Of a validated spec.
std::unique_ptr<Sampler> make_plain(const SamplerSpec& spec) {
  if (spec.type == "random") return std::make_unique<RandomSampler>();
  if (spec.type == "qmc") return std::make_unique<QmcSampler>(spec);
  if (spec.type == "nsga2") return std::make_unique<Nsga2Sampler>(spec);
  if (spec.type == "cmaes") return std::make_unique<CmaesSampler>(spec);
  if (spec.type == "gp")
    return std::make_unique<GpSampler>(
        GpOptions{spec.startup_trials, spec.max_trials, spec.deterministic},
        std::make_shared<RandomSampler>());
  return std::make_unique<TpeSampler>(spec);
}

}  // namespace

Result<std::unique_ptr<Sampler>> make_sampler(const SamplerSpec& spec, const SearchTerms& terms) {
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  // These two do not repeat themselves, or leave it to whom they pick.
  if (spec.type == "grid") return std::unique_ptr<Sampler>(std::make_unique<GridSampler>(spec));
  if (spec.type == "auto") return std::unique_ptr<Sampler>(std::make_unique<AutoSampler>(terms));
  return std::unique_ptr<Sampler>(std::make_unique<DistinctSampler>(make_plain(spec)));
}

}  // namespace foldmill::sampler
