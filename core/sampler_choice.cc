#include "core/sampler_choice.h"

#include <algorithm>

#include "core/text.h"

namespace foldmill {
namespace {

constexpr size_t kMostParameters = 20;  // beyond, a Gaussian process sees every point as far away
constexpr int64_t kMostParallel = 16;   // the model accounts for each running trial jointly

}  // namespace

SearchTerms terms_of(const StudySpec& spec) {
  return {spec.parallel, !spec.more_objectives.empty(), !spec.constraints.empty()};
}

SamplerChoice choose_sampler(const SearchSpace& space, const SearchTerms& terms) {
  if (terms.several_objectives) return {"tpe", "several objectives"};
  if (terms.constrained) return {"tpe", "constraints"};
  const auto& parameters = space.parameters();
  const size_t size = space.size();
  const auto choices = static_cast<size_t>(
      std::count_if(parameters.begin(), parameters.end(), [](const SearchParameter& parameter) {
        return parameter.distribution.as_categorical() != nullptr;
      }));
  if (size > kMostParameters)
    return {"tpe", concat(size, " parameters, more than ", kMostParameters)};
  if (2 * choices > size)
    return {"tpe", concat("choices without an order: ", choices, " of ", size, " parameters")};
  if (terms.parallel.value_or(1) > kMostParallel)
    return {"tpe", concat(*terms.parallel, " folds at a time, more than ", kMostParallel)};
  return {"gp",
          concat(size, size == 1 ? " parameter" : " parameters",
                 ", mostly numbers; tpe wherever gp finds much noise")};
}

}  // namespace foldmill
