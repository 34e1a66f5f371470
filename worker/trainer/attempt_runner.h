#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/attempt.h"
#include "worker/trainer/data/dataset.h"
#include "worker/trainer/learners/feature_net.h"
#include "worker/trainer/protocol/messages.h"
#include "worker/trainer/torch_compat.h"
#include "worker/trainer/training/attempt_sink.h"
#include "worker/trainer/training/stop_token.h"

namespace foldmill::trainer {

// Runs one attempt after another on one device. The one place where exceptions, torch's and ours,
// become outcomes. One thread.
class AttemptRunner {
 public:
  // `cache_dir`: where decompressed data sets are shared with other trainers; empty: nowhere.
  AttemptRunner(torch::Device device, std::vector<std::string> data_dirs,
                std::filesystem::path work_dir, std::filesystem::path cache_dir);

  // Never throws. State succeeded, stopped or failed.
  AttemptOutcome run(const TrainerAssignment& assignment, const StopToken& stop, AttemptSink& sink);

 private:
  AttemptOutcome run_or_throw(const TrainerAssignment& assignment, const StopToken& stop,
                              AttemptSink& sink);

  torch::Device device_;
  std::filesystem::path work_dir_;
  DatasetCache datasets_;
  FeatureNetCache feature_nets_;
};

}  // namespace foldmill::trainer
