#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/search_space.h"
#include "core/study.h"

namespace foldmill {

// What a sampler of type auto goes by beside the space.
struct SearchTerms {
  std::optional<int64_t> parallel = {};  // folds that may run at a time
  bool several_objectives = false;
  bool constrained = false;
};

SearchTerms terms_of(const StudySpec& spec);

// What a sampler of type auto is in a study.
struct SamplerChoice {
  std::string type;    // gp or tpe
  std::string reason;  // "constraints", "21 parameters, more than 20"
};

// A function of what a study never changes; so not of the budget, which `study extend` does: within
// a small one all choices draw at random anyway, and gp bounds the cost of a large one by itself.
SamplerChoice choose_sampler(const SearchSpace& space, const SearchTerms& terms);

}  // namespace foldmill
