#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/study.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/learner.h"
#include "worker/trainer/training/attempt_sink.h"
#include "worker/trainer/training/checkpoint.h"
#include "worker/trainer/training/judge.h"
#include "worker/trainer/training/kept_epoch.h"
#include "worker/trainer/training/recorded_training.h"
#include "worker/trainer/training/stop_token.h"

namespace foldmill::trainer {

struct TrainerOptions {
  ObjectiveSpec objective;
  int64_t epochs = 1;  // the last one
  int64_t batch_size = 256;
  int64_t checkpoint_every = 1;     // epochs
  std::filesystem::path directory;  // for checkpoints; exists
  std::string identity;             // written into checkpoints
  // Makes the steps of training (see RecordedTraining); null: the host puts each of them together.
  std::shared_ptr<StepRecorder> recorder;
};

enum class RunEnd { kCompleted, kStopped };

// Trains one learner on one fold, epoch by epoch, and judges it on the validation part if there is
// one. Same seeds, same thread count and the CPU: the
// same losses to the bit, whether it was stopped and resumed in between or not. One thread; prints
// nothing; throws AttemptError and what torch throws.
class Trainer {
 public:
  Trainer(FoldView fold, std::unique_ptr<Learner> learner, TrainerOptions options);
  Trainer(const Trainer&) = delete;  // parts of it refer to others
  Trainer& operator=(const Trainer&) = delete;

  // Goes on after `epoch`, which `checkpoint` is complete through.
  void resume(const std::filesystem::path& checkpoint, int64_t epoch);

  // Trains the epochs that are left and reports each. A metric that is not finite ends it as
  // diverged: at its step, or with a recorder at the end of the epoch. When completed, the
  // network has the weights of the epoch that the objective takes. When stopped by preemption, a
  // checkpoint of the last complete epoch has been written and told.
  RunEnd run(AttemptSink& sink, const StopToken& stop);

  // One pass over the training part; the means of its metrics. Nothing when stopped.
  std::optional<Metrics> train_epoch(int64_t epoch, const StopToken& stop);

  // Whether steps are by now repeated from a recording.
  bool repeats_steps() const { return options_.recorder && options_.recorder->is_repeating(); }

  const FoldView& fold() const { return fold_; }
  const Learner& learner() const { return *learner_; }
  // After a completed run: the epoch whose weights the network has, and its metrics.
  const KeptEpoch& kept() const { return kept_; }

 private:
  std::optional<EpochReport> run_epoch(int64_t epoch, const StopToken& stop);
  std::optional<Metrics> train_step_by_step(int64_t epoch, const StopToken& stop);
  std::optional<Metrics> validate(const StopToken& stop);
  void keep(int64_t epoch, const Metrics& metrics);
  bool take_kept_weights(const StopToken& stop);
  CheckpointContent content() const;
  void save(int64_t epoch, AttemptSink& sink);
  void save_preempted(AttemptSink& sink);

  FoldView fold_;
  std::unique_ptr<Learner> learner_;
  TrainerOptions options_;
  std::optional<RecordedTraining> recorded_;
  CheckpointFiles files_;
  int64_t completed_epoch_ = 0;  // of this attempt or of the one it resumes
  int64_t validated_epoch_ = 0;  // whose weights the last validation pass saw
  KeptEpoch kept_;
  std::string unsaved_;  // encoded checkpoint of completed_epoch_, until it is written
};

}  // namespace foldmill::trainer
