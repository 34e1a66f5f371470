#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace foldmill {

// Divides groups of samples over parts so that each part has its share of every class, as near as
// undivided groups allow: groups come one by one, those that are hardest to place first, and each
// goes where the shares then miss their aim least (the sum over classes of squared relative
// misses). This is what scikit-learn's StratifiedGroupKFold does. Greedy, so not the best there is,
// but no part is empty, and the answer is the same on every machine.
//
// `members`: the positions of each group. `labels`: the classes of all positions, or empty for a
// single class. `aims`: what each part is to have, as shares that add up to 1, each positive; no
// more than there are groups. `random`, unless null, orders groups that are equally hard to place.
// The answer is the part of each group. O(samples + groups * parts * classes of a group).
std::vector<size_t> divide_groups(const std::vector<std::vector<int64_t>>& members,
                                  std::span<const int64_t> labels, std::span<const double> aims,
                                  Random* random);

}  // namespace foldmill
