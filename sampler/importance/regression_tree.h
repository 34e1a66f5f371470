#pragma once

#include <vector>

#include "core/random.h"
#include "sampler/importance/unit_axis.h"

namespace foldmill::sampler::importance {

// What a tree is grown on: positions on the unit axes, by axis and then by row, and a target for
// each row. Borrowed; must outlive the growing.
struct TreeData {
  const std::vector<UnitAxis>& axes;
  const std::vector<std::vector<double>>& positions;
  const std::vector<double>& targets;
};

// A box of the unit cube, by axis, and the mean target of its rows. The leaves of a tree are a
// partition of the cube.
struct Leaf {
  std::vector<Intervals> sides;
  double value = 0;
};

// A regression tree (Breiman, Friedman, Olshen, Stone: "Classification and Regression Trees",
// 1984), grown until every leaf is pure or cannot be split, or 64 deep. A node splits where the
// squared error falls most: numbers between two values, choices in two sets (the best of all two
// sets, by the mean target of each choice). Equal splits are equally likely, and so are the sides
// for a choice that the node has not seen. `rows` index into the data and may repeat.
std::vector<Leaf> grow_tree(const TreeData& data, std::vector<size_t> rows, Random& random);

}  // namespace foldmill::sampler::importance
