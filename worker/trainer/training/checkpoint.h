#pragma once

#include <deque>
#include <filesystem>
#include <string>

#include "worker/trainer/training/kept_epoch.h"
#include "worker/trainer/training/named_tensors.h"

namespace foldmill::trainer {

// What a checkpoint belongs to and how far it got.
struct CheckpointInfo {
  std::string identity;  // of the fold's training; a checkpoint only fits where it is equal
  int64_t epoch = 0;     // complete through this epoch
};

struct CheckpointContent {
  NamedTensors state;  // of the learner
  KeptEpoch kept;
};

// A checkpoint file: the line "foldmill-checkpoint 2 <SHA-256 of the rest>", then safetensors,
// whose metadata say what it belongs to.
std::string encode_checkpoint(const CheckpointInfo& info, const CheckpointContent& content);

// Throws AttemptError: data_missing when the file is absent, torn or changed; internal when it is
// of another training or epoch.
CheckpointContent read_checkpoint(const std::filesystem::path& path,
                                  const CheckpointInfo& expected);

// Copies `found` into the tensors of the same names. Throws AttemptError (internal), before
// anything is changed, unless names and sizes agree.
void restore_tensors(const std::filesystem::path& path, const NamedTensors& found,
                     const NamedTensors& into);

// The checkpoints of one attempt: epoch-<n>.ckpt in its directory, the last two of them.
class CheckpointFiles {
 public:
  explicit CheckpointFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Durable on return. Empty when it cannot be written, which costs what a resumed attempt trains
  // again and is no reason to end this one: of failures in a row the first is said on standard
  // error.
  std::filesystem::path write(int64_t epoch, const std::string& content);

 private:
  std::filesystem::path directory_;
  bool failing_ = false;
  std::deque<std::filesystem::path> kept_;
};

}  // namespace foldmill::trainer
