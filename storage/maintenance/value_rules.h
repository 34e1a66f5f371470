#pragma once

#include <vector>

#include "core/snapshot.h"
#include "storage/maintenance.h"

namespace foldmill::storage {

// Completed folds whose value is not what their reports give, and completed trials whose value is
// not what their folds give. Studies that are trained outside are told their values.
std::vector<Finding> check_values(const Snapshot& snapshot);

}  // namespace foldmill::storage
