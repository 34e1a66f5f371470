#pragma once

#include <filesystem>

#include "worker/trainer/data/dataset.h"
#include "worker/trainer/learners/feature_net.h"
#include "worker/trainer/protocol/messages.h"
#include "worker/trainer/training/attempt_sink.h"
#include "worker/trainer/training/stop_token.h"
#include "worker/trainer/training/trainer.h"

namespace foldmill::trainer {

// Judges the model of an earlier attempt on images that nothing was trained or chosen on (see
// open_test_fold), with the normalisation that it was trained with: one epoch, whose metrics are
// those of validation under the names of test_metric(), and a meta.json in `directory`. A gan's
// images are compared in the space that the assignment's own fold gives. Throws AttemptError and
// what torch throws.
RunEnd evaluate(const TrainerAssignment& assignment, DatasetCache& datasets,
                FeatureNetCache& feature_nets, const std::filesystem::path& directory,
                AttemptSink& sink, const StopToken& stop);

}  // namespace foldmill::trainer
