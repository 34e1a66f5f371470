#pragma once

#include <memory>

#include "core/assignment.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/feature_net.h"
#include "worker/trainer/learners/learner.h"

namespace foldmill::trainer {

// The learner that `task` asks for, for the images of `fold` and on their device. The classifier by
// which frechet_distance compares images is trained on the training images of `seen`; `fold` itself
// when null, and none is made where nothing is validated. Throws
// AttemptError (user_error) for a name, a knob, a shape or an encoder that does not fit, before
// anything is trained.
std::unique_ptr<Learner> make_learner(const Assignment& task, const FoldView& fold,
                                      FeatureNetCache& feature_nets,
                                      const FoldView* seen = nullptr);

}  // namespace foldmill::trainer
