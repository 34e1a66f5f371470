#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/models/model.h"
#include "worker/trainer/training/attempt_sink.h"
#include "worker/trainer/training/checkpoint.h"
#include "worker/trainer/training/stop_token.h"

namespace foldmill::trainer {

struct TrainerOptions {
  int64_t epochs = 1;  // the last one
  int64_t batch_size = 256;
  int64_t checkpoint_every = 1;     // epochs
  std::filesystem::path directory;  // for checkpoints; exists
  std::string identity;             // written into checkpoints
};

enum class RunEnd { kCompleted, kStopped };

// Trains one model on one fold, epoch by epoch. Same seeds, same thread count and the CPU: the same
// losses to the bit, whether it was stopped and resumed in between or not. One thread; prints
// nothing; throws AttemptError and what torch throws.
class Trainer {
 public:
  Trainer(FoldView fold, std::shared_ptr<Model> model,
          std::unique_ptr<torch::optim::Optimizer> optimizer, TrainerOptions options);

  // Goes on after `epoch`, which `checkpoint` is complete through.
  void resume(const std::filesystem::path& checkpoint, int64_t epoch);

  // Trains the epochs that are left, reporting train_loss, val_loss (mean squared errors in the
  // network's units) and val_mse_unit (the latter on the [0, 1] scale). A loss that is not finite
  // ends it at the end of its epoch as diverged. When stopped by preemption, a checkpoint of the
  // last complete epoch has been written and told.
  RunEnd run(AttemptSink& sink, const StopToken& stop);

  // One pass over the training part; its mean loss. Nothing when stopped.
  std::optional<double> train_epoch(int64_t epoch, const StopToken& stop);
  // Mean loss over the validation part. Nothing when stopped.
  std::optional<double> validate(const StopToken& stop);

 private:
  std::optional<EpochReport> run_epoch(int64_t epoch, const StopToken& stop);
  void save(int64_t epoch, AttemptSink& sink);
  void save_preempted(AttemptSink& sink);

  FoldView fold_;
  std::shared_ptr<Model> model_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  TrainerOptions options_;
  CheckpointFiles files_;
  int64_t completed_epoch_ = 0;  // of this attempt or of the one it resumes
  std::string unsaved_;          // encoded checkpoint of completed_epoch_, until it is written
};

}  // namespace foldmill::trainer
