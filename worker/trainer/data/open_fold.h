#pragma once

#include "core/assignment.h"
#include "worker/trainer/data/dataset.h"
#include "worker/trainer/data/fold_view.h"

namespace foldmill::trainer {

// The images of an assignment, read where they are not in memory yet. Both throw AttemptError.

// Those that its fold is trained and validated on.
FoldView open_fold(DatasetCache& datasets, const Assignment& assignment);

// Those that nothing has been trained or chosen on, all in the validation part: the outer fold's,
// where the plan has one, else the official test images.
FoldView open_test_fold(DatasetCache& datasets, const Assignment& assignment,
                        const Normalization& normalization);

}  // namespace foldmill::trainer
