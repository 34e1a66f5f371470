#pragma once

#include <string>

#include "core/rows.h"

namespace foldmill::cli {

// Why a trial was stopped, in words: the pruner, when, its own value, what that was held against,
// and for a race the test. "by median after epoch 3 of fold 0: its best val_loss so far, 0.4, is
// worse than 0.3, the median of 5 completed trials there". `trial` must have a decision.
std::string describe_decision(const StudySpec& spec, const TrialRow& trial);

}  // namespace foldmill::cli
