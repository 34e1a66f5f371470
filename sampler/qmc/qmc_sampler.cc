#include "sampler/qmc/qmc_sampler.h"

#include <cmath>
#include <limits>

#include "core/text.h"
#include "sampler/point_builder.h"
#include "sampler/qmc/sequences.h"
#include "sampler/sobol.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler {
namespace {

double internal_at(const Distribution& distribution, double unit) {
  if (const CategoricalDistribution* categorical = distribution.as_categorical())
    return std::floor(unit * static_cast<double>(categorical->choices.size()));
  return UnitTransform::of(distribution)->from_unit(unit);
}

}  // namespace

Result<ParameterSet> QmcSampler::suggest(const History&, const SearchSpace& space, Direction,
                                         uint64_t study_seed, TrialNumber number,
                                         const ParameterSet& fixed) const {
  if (!halton_ && space.size() > kMaxSobolDimensions)
    return invalid_argument(concat("the sobol sequence serves at most ", kMaxSobolDimensions,
                                   " parameters; use sequence: halton"));
  constexpr int64_t kPeriod = std::numeric_limits<uint32_t>::max();
  const auto index = static_cast<uint32_t>(number.value % kPeriod);
  const std::optional<uint64_t> seed = scramble_ ? std::optional(study_seed) : std::nullopt;
  const std::vector<double> unit =
      halton_ ? halton_point(index, space.size(), seed) : sobol_point(index, space.size(), seed);
  return build_point(space, fixed, [&](size_t parameter) {
    return internal_at(space.parameters()[parameter].distribution, unit[parameter]);
  });
}

}  // namespace foldmill::sampler
