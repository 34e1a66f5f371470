#include "sampler/distinct_sampler.h"

#include <algorithm>

#include "core/grid_points.h"
#include "core/random.h"
#include "sampler/point_builder.h"
#include "sampler/point_key.h"
#include "sampler/random/random_sampler.h"

namespace foldmill::sampler {
namespace {

constexpr int kTries = 3;  // of the sampler itself: it may be slow
constexpr int kUniformTries = 50;
constexpr int64_t kLargestWalk = 100'000;

bool is_discrete(const SearchSpace& space) {
  return std::all_of(space.parameters().begin(), space.parameters().end(),
                     [](const SearchParameter& parameter) {
                       return parameter.distribution.cardinality().has_value();
                     });
}

uint64_t other_seed(uint64_t study_seed, TrialNumber number, int attempt) {
  return derive_seed(study_seed, RandomPurpose::kSampler, number, FoldIndex(attempt));
}

bool agrees(const ParameterSet& point, const ParameterSet& fixed) {
  return std::all_of(fixed.begin(), fixed.end(), [&](const ParameterSet::Entry& entry) {
    const ParameterValue* value = point.find(entry.first);
    return value != nullptr && equivalent(*value, entry.second);
  });
}

// One that is not taken, by an even chance for each draw; else the first in a walk from a random
// place. Nothing when there is none, or too many to look at.
std::optional<ParameterSet> free_point(const SearchSpace& space, const std::set<PointKey>& taken,
                                       const ParameterSet& fixed, Random random) {
  for (int attempt = 0; attempt < kUniformTries; ++attempt) {
    ParameterSet point = build_point(space, fixed, [&](size_t index) {
      return sample_uniform(space.parameters()[index].distribution, random);
    });
    if (!taken.contains(key_of(space, point))) return point;
  }
  const GridPoints grid(space);
  const std::optional<int64_t> size = grid.size();
  if (!size || *size > kLargestWalk) return std::nullopt;
  const auto start = static_cast<int64_t>(random.below(static_cast<uint64_t>(*size)));
  for (int64_t step = 0; step < *size; ++step) {
    const ParameterSet point = grid.at((start + step) % *size);
    if (agrees(point, fixed) && !taken.contains(key_of(space, point)))
      return build_point(space, point, [](size_t) { return 0.0; });
  }
  return std::nullopt;
}

}  // namespace

Result<ParameterSet> DistinctSampler::suggest(const History& history, const SearchSpace& space,
                                              Direction direction, uint64_t study_seed,
                                              TrialNumber number, const ParameterSet& fixed) const {
  Result<ParameterSet> point =
      sampler_->suggest(history, space, direction, study_seed, number, fixed);
  if (!point.ok() || !is_discrete(space) || point->size() == fixed.size()) return point;
  if (!was_tried(history, key_of(space, *point))) return point;
  const std::set<PointKey> taken = taken_points(space, history);
  if (GridPoints(space).size() == static_cast<int64_t>(taken.size())) return point;  // exhausted

  for (int attempt = 1; attempt <= kTries; ++attempt) {
    const Result<ParameterSet> again = sampler_->suggest(
        history, space, direction, other_seed(study_seed, number, attempt), number, fixed);
    if (again.ok() && !taken.contains(key_of(space, *again))) return again;
  }
  std::optional<ParameterSet> other =
      free_point(space, taken, fixed, Random(other_seed(study_seed, number, kTries + 1)));
  return other ? std::move(*other) : point;
}

}  // namespace foldmill::sampler
