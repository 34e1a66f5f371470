#pragma once

#include <cstdint>
#include <vector>

#include "core/assignment.h"
#include "core/fold.h"
#include "worker/trainer/data/dataset.h"

namespace foldmill::trainer {

// Which images of a data set an attempt works with, as positions in the whole of it, ascending: the
// subset is taken first, then the split is made of it. `groups`: one per image, or empty (see
// read_groups). All throw AttemptError (user_error) where the data does not allow it.

// The images that the assignment's fold trains and validates on.
SplitIndices split_images(const Dataset& dataset, const Assignment& assignment,
                          const std::vector<int64_t>& groups);

// Those that its outer fold keeps aside, which it must have.
std::vector<int64_t> outer_images(const Dataset& dataset, const Assignment& assignment,
                                  const std::vector<int64_t>& groups);

}  // namespace foldmill::trainer
