#pragma once

#include <filesystem>
#include <vector>

#include "core/assignment.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/models/network.h"
#include "worker/trainer/training/kept_epoch.h"

namespace foldmill::trainer {

// What the weights of a network came from.
struct ModelOrigin {
  const Assignment& task;
  const FoldView& fold;
  const KeptEpoch& kept;  // the epoch whose weights these are
  torch::Tensor
      confusion;  // counts [actual class, predicted class]; undefined but for a classifier
};

// Writes state_dict.pt, model.ts, model.safetensors and meta.json (docs/model-files.md) and returns
// their paths, in that order. Throws AttemptError.
std::vector<std::filesystem::path> write_model_files(const Network& network,
                                                     const ModelOrigin& origin,
                                                     const std::filesystem::path& directory);

}  // namespace foldmill::trainer
