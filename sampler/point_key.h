#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/parameter.h"
#include "core/search_space.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// What makes two points the same: internal values in the order of the space, infinity where a
// parameter is absent.
using PointKey = std::vector<double>;

PointKey key_of(const SearchSpace& space, const ParameterSet& point);
// The point of a trial, its values put on today's grids. Nothing for a trial outside today's space.
std::optional<ParameterSet> point_of(const SearchSpace& space, const Observation& trial);

// Whether some trial had this point, but for rounding. Much cheaper than the set below.
bool was_tried(const History& history, const PointKey& key);
// The points of all trials, however they ended: what has failed once would fail again.
std::set<PointKey> taken_points(const SearchSpace& space, const History& history);

}  // namespace foldmill::sampler
