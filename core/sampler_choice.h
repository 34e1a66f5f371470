#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/search_space.h"

namespace foldmill {

// What a sampler of type auto is in a study.
struct SamplerChoice {
  std::string type;    // gp or tpe
  std::string reason;  // "6 parameters, mostly numbers, none of them conditional"
};

// A function of the space and of how many folds may run at a time, which a study never changes; so
// not of the budget, which `study extend` does: within a small one both choices draw at random
// anyway, and gp bounds the cost of a large one by itself.
SamplerChoice choose_sampler(const SearchSpace& space, std::optional<int64_t> parallel);

}  // namespace foldmill
