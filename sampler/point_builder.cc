#include "sampler/point_builder.h"

namespace foldmill::sampler {

ParameterSet build_point(const SearchSpace& space, const ParameterSet& fixed,
                         const ChooseInternal& choose) {
  ParameterSet sampled;
  for (size_t index : space.sampling_order()) {
    if (!space.is_active(index, sampled)) continue;
    const SearchParameter& parameter = space.parameters()[index];
    if (const ParameterValue* value = fixed.find(parameter.name))
      sampled.set(parameter.name, *value);
    else
      sampled.set(parameter.name, parameter.distribution.from_internal(choose(index)));
  }
  ParameterSet point;
  for (const SearchParameter& parameter : space.parameters())
    if (const ParameterValue* value = sampled.find(parameter.name))
      point.set(parameter.name, *value);
  return point;
}

}  // namespace foldmill::sampler
