#include "sampler/random/random_sampler.h"

#include "sampler/point_builder.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler {

double sample_uniform(const Distribution& distribution, Random& random) {
  if (const CategoricalDistribution* categorical = distribution.as_categorical())
    return static_cast<double>(random.below(categorical->choices.size()));
  return UnitTransform::of(distribution)->from_unit(random.uniform());
}

Result<ParameterSet> RandomSampler::suggest(const History&, const SearchSpace& space, Direction,
                                            uint64_t study_seed, TrialNumber number,
                                            const ParameterSet& fixed) const {
  Random random(study_seed, RandomPurpose::kSampler, number);
  return build_point(space, fixed, [&](size_t index) {
    return sample_uniform(space.parameters()[index].distribution, random);
  });
}

}  // namespace foldmill::sampler
