#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "sampler/random/random_sampler.h"
#include "sampler/sampler.h"
#include "sampler/tpe/tpe_sampler.h"

namespace foldmill::sampler {
Result<std::unique_ptr<Sampler>> make_sampler(const SamplerSpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  if (spec.type == "random") return std::unique_ptr<Sampler>(std::make_unique<RandomSampler>());
  return std::unique_ptr<Sampler>(std::make_unique<TpeSampler>(spec));
}

}  // namespace foldmill::sampler
