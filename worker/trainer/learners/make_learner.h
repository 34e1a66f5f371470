#pragma once

#include <memory>

#include "core/assignment.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/feature_net.h"
#include "worker/trainer/learners/learner.h"

namespace foldmill::trainer {

// The learner that `task` asks for, for the images of `fold` and on their device. Throws
// AttemptError (user_error) for a name, a knob, a shape or an encoder that does not fit, before
// anything is trained.
std::unique_ptr<Learner> make_learner(const Assignment& task, const FoldView& fold,
                                      FeatureNetCache& feature_nets);

}  // namespace foldmill::trainer
