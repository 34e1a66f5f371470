#include "worker/trainer/attempt_runner.h"

#include <new>
#include <utility>

#include "core/random.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/models/registry.h"
#include "worker/trainer/optim/factory.h"
#include "worker/trainer/training/knobs.h"
#include "worker/trainer/training/state_dict.h"
#include "worker/trainer/training/trainer.h"

namespace foldmill::trainer {
namespace {

AttemptOutcome failed(EndCause cause, std::string message) {
  return {AttemptState::kFailed, cause, std::move(message)};
}

// Everything that the numbers of a fold depend on: equal text, equal training.
std::string identity_of(const Assignment& assignment) {
  std::string text =
      concat("study ", assignment.study_name, ", trial ", assignment.fold.trial.value, ", fold ",
             assignment.fold.fold.value, "/", assignment.folds.k, ", seed ", assignment.seed,
             ", data ", assignment.data.dataset, " ", to_string(assignment.data.normalize), " ",
             assignment.data.subset_train.value_or(0), ", model ", assignment.model.type, " ",
             assignment.model.variant);
  for (const auto& [name, value] : assignment.params)
    text += concat(", ", name, " ", to_string(value));
  return text;
}

void check_metric(const Assignment& assignment) {
  const std::string& metric = assignment.objective.metric;
  if (metric != "train_loss" && metric != "val_loss" && metric != "val_mse_unit")
    throw AttemptError(EndCause::kUserError,
                       concat("objective: model ", assignment.model.type, " reports no metric '",
                              metric, "'; it has train_loss, val_loss and val_mse_unit"));
}

std::filesystem::path make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    throw AttemptError(EndCause::kInternal,
                       concat("cannot make directory ", path.string(), ": ", error.message()));
  return path;
}

}  // namespace

AttemptRunner::AttemptRunner(torch::Device device, std::vector<std::string> data_dirs,
                             std::filesystem::path work_dir)
    : device_(device), work_dir_(std::move(work_dir)), datasets_(std::move(data_dirs), device) {}

AttemptOutcome AttemptRunner::run(const TrainerAssignment& assignment, const StopToken& stop,
                                  AttemptSink& sink) {
  try {
    return run_or_throw(assignment, stop, sink);
  } catch (const AttemptError& error) {
    return failed(error.cause(), error.what());
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error))
      return failed(EndCause::kOutOfMemory, concat("out of memory on ", device_.str(),
                                                   "; a smaller batch_size or network helps: ",
                                                   error.what_without_backtrace()));
    return failed(EndCause::kInternal, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return failed(EndCause::kOutOfMemory, "out of memory on the host");
  } catch (const std::exception& error) {
    return failed(EndCause::kInternal, error.what());
  }
}

AttemptOutcome AttemptRunner::run_or_throw(const TrainerAssignment& assignment,
                                           const StopToken& stop, AttemptSink& sink) {
  const Assignment& task = assignment.assignment;
  check_metric(task);
  FoldView fold(datasets_.get(task.data), task);
  const uint64_t init_seed =
      derive_seed(task.seed, RandomPurpose::kInit, task.fold.trial, task.fold.fold);
  const auto model = make_model(task.model, task.params, {fold.height(), fold.width()}, init_seed);
  model->to(device_);
  const Knobs knobs(task.model, task.params);
  TrainerOptions options;
  options.epochs = task.epochs;
  options.batch_size = knobs.integer("batch_size");
  options.checkpoint_every = task.checkpoint_every_epochs;
  options.directory = make_directory(work_dir_ / concat("attempt-", task.attempt.value));
  options.identity = identity_of(task);
  Trainer trainer(std::move(fold), model, make_optimizer(knobs, model->parameters()), options);
  if (assignment.resume) trainer.resume(assignment.resume->path, assignment.resume->epoch);

  sink.started();
  if (trainer.run(sink, stop) == RunEnd::kStopped) return {AttemptState::kStopped, {}, {}};
  const std::filesystem::path file = options.directory / "state_dict.pt";
  write_state_dict(*model, file);
  sink.artifact("state_dict.pt", file);
  return {AttemptState::kSucceeded, {}, {}};
}

}  // namespace foldmill::trainer
