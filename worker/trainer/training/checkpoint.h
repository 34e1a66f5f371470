#pragma once

#include <deque>
#include <filesystem>
#include <string>

#include "worker/trainer/models/model.h"

namespace foldmill::trainer {

// What a checkpoint belongs to and how far it got.
struct CheckpointInfo {
  std::string identity;  // of the fold's training; a checkpoint only fits where it is equal
  int64_t epoch = 0;     // complete through this epoch
};

// A checkpoint file: the line "foldmill-checkpoint 1 <SHA-256 of the rest>", then a torch archive
// with the parameters, the optimiser's state, identity and epoch.
std::string encode_checkpoint(const CheckpointInfo& info, const Model& model,
                              const torch::optim::Optimizer& optimizer);

// Reads `path` into model and optimiser. Throws AttemptError, before either is changed:
// data_missing when the file is absent, torn or changed; internal when it is of another training or
// epoch.
void restore_checkpoint(const std::filesystem::path& path, const CheckpointInfo& expected,
                        Model& model, torch::optim::Optimizer& optimizer);

// The checkpoints of one attempt: epoch-<n>.ckpt in its directory, the last two of them.
class CheckpointFiles {
 public:
  explicit CheckpointFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Durable on return.
  std::filesystem::path write(int64_t epoch, const std::string& content);

 private:
  std::filesystem::path directory_;
  std::deque<std::filesystem::path> kept_;
};

}  // namespace foldmill::trainer
