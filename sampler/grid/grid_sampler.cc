#include "sampler/grid/grid_sampler.h"

#include "core/grid_points.h"
#include "core/random.h"
#include "core/text.h"
#include "sampler/grid/permutation.h"
#include "sampler/point_builder.h"
#include "sampler/point_key.h"
#include "sampler/random/random_sampler.h"

namespace foldmill::sampler {
namespace {

std::set<PointKey> taken_on(const GridPoints& grid, const SearchSpace& space,
                            const History& history) {
  std::set<PointKey> taken;
  for (const History::Entry& trial : history.entries())
    if (const auto point = point_of(space, *trial); point && grid.contains(*point))
      taken.insert(key_of(space, *point));
  return taken;
}

// `point` with the values that are decided; what only they make active is drawn at random.
ParameterSet overlay(const SearchSpace& space, const ParameterSet& fixed, const ParameterSet& point,
                     Random random) {
  return build_point(space, fixed, [&](size_t index) {
    const SearchParameter& parameter = space.parameters()[index];
    const ParameterValue* value = point.find(parameter.name);
    return value ? parameter.distribution.to_internal(*value).value()
                 : sample_uniform(parameter.distribution, random);
  });
}

}  // namespace

Result<ParameterSet> GridSampler::suggest(const History& history, const SearchSpace& space,
                                          Direction, uint64_t study_seed, TrialNumber number,
                                          const ParameterSet& fixed) const {
  const GridPoints grid(space, float_points_);
  const std::optional<int64_t> size = grid.size();
  if (!size) return invalid_argument("the grid has more than 2^62 points; give ranges a step");

  const Permutation order(*size, study_seed);
  int64_t place = number.value % *size;
  ParameterSet point = grid.at(order(place));
  if (was_tried(history, key_of(space, point))) {
    const std::set<PointKey> taken = taken_on(grid, space, history);
    // Where a range is too narrow for its grid some points coincide, so that not as many are taken
    // as there are: one walk around shows whether any is left.
    int64_t left = static_cast<int64_t>(taken.size()) == *size ? 0 : *size;
    for (; left > 0 && taken.contains(key_of(space, point)); --left) {
      place = (place + 1) % *size;
      point = grid.at(order(place));
    }
    if (left == 0 && fixed.empty())
      return out_of_range(concat("all ", *size, " points of the grid have been tried"));
  }
  return overlay(space, fixed, point, Random(study_seed, RandomPurpose::kSampler, number));
}

}  // namespace foldmill::sampler
