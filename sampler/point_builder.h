#pragma once

#include <cstddef>
#include <functional>

#include "core/parameter.h"
#include "core/search_space.h"

namespace foldmill::sampler {

// Internal value for the parameter at this index of the space.
using ChooseInternal = std::function<double(size_t index)>;

// A whole point: walks the space parents first, keeps what `fixed` decides, asks `choose` for every
// other active parameter (in sampling order, once each) and leaves out what is not active. The
// result is in the order of the space.
ParameterSet build_point(const SearchSpace& space, const ParameterSet& fixed,
                         const ChooseInternal& choose);

}  // namespace foldmill::sampler
