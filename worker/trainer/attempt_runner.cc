#include "worker/trainer/attempt_runner.h"

#include <algorithm>
#include <new>
#include <utility>

#include "core/failpoint.h"
#include "core/random.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/open_fold.h"
#include "worker/trainer/device.h"
#include "worker/trainer/evaluation.h"
#include "worker/trainer/export/model_files.h"
#include "worker/trainer/learners/make_learner.h"
#include "worker/trainer/models/architecture.h"
#include "worker/trainer/training/knobs.h"
#include "worker/trainer/training/trainer.h"

namespace foldmill::trainer {
namespace {

AttemptOutcome failed(EndCause cause, std::string message) {
  return {AttemptState::kFailed, cause, std::move(message)};
}

// Everything that the numbers of a fold depend on: equal text, equal training.
std::string identity_of(const Assignment& assignment, const FoldView& fold) {
  const ModelSpec& model = assignment.model;
  std::string text = concat(
      "study ", assignment.study_name, ", trial ", assignment.fold.trial.value, ", fold ",
      assignment.fold.fold.value, "/", assignment.folds.k, ", seed ", assignment.seed, ", images ",
      fold.dataset().fingerprint, ", ", fold.train_size(), " for training, ",
      fold.validation_size(), " for validation, mean ", format_number(fold.normalization().mean()),
      ", std ", format_number(fold.normalization().stddev()), ", model ", model.type, " ",
      model.variant, ", target ", to_string(model.target), ", classes ", model.classes);
  if (model.encoder && model.encoder->artifact)
    text += concat(", encoder ", model.encoder->artifact->sha256);
  if (model.encoder && model.encoder->freeze) text += ", frozen";
  if (!assignment.folds.groups.empty()) text += concat(", groups ", assignment.folds.groups);
  if (const auto& outer = assignment.folds.outer)
    text += concat(", outer fold ", outer->fold, "/", outer->k);
  for (const auto& [name, value] : assignment.params)
    text += concat(", ", name, " ", foldmill::to_string(value));
  return text;
}

// On a GPU torch's own words, which come after, say how much of its memory was taken.
std::string out_of_memory(std::string_view where) {
  return concat("out of memory on ", where, " (", describe_peak_memory(),
                " of the host's); a smaller batch_size or network helps");
}

void check_objective(const Assignment& assignment) {
  if (assignment.objective.take == Take::kBestEpoch && !assignment.folds.hold_out)
    throw AttemptError(EndCause::kUserError,
                       "objective: nothing is held out that could say which epoch is the best; "
                       "`take: best_epoch` cannot be");
  const std::vector<std::string> known = metrics_of(assignment.model.type, assignment.judged_on());
  const std::string& metric = assignment.objective.metric;
  if (known.empty() || std::find(known.begin(), known.end(), metric) != known.end()) return;
  throw AttemptError(EndCause::kUserError,
                     concat("objective: model ", assignment.model.type, " reports no metric '",
                            metric, "'; it has ", join(known, ", ")));
}

std::filesystem::path make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    throw AttemptError(EndCause::kInternal,
                       concat("cannot make directory ", path.string(), ": ", error.message()));
  return path;
}

AttemptOutcome outcome_of(RunEnd end) {
  const bool completed = end == RunEnd::kCompleted;
  return {completed ? AttemptState::kSucceeded : AttemptState::kStopped, {}, {}};
}

}  // namespace

AttemptRunner::AttemptRunner(torch::Device device, std::vector<std::string> data_dirs,
                             std::filesystem::path work_dir, std::filesystem::path cache_dir)
    : device_(device),
      work_dir_(std::move(work_dir)),
      datasets_(std::move(data_dirs), device, std::move(cache_dir)) {}

AttemptOutcome AttemptRunner::run(const TrainerAssignment& assignment, const StopToken& stop,
                                  AttemptSink& sink) {
  try {
    return run_or_throw(assignment, stop, sink);
  } catch (const AttemptError& error) {
    return failed(error.cause(), error.what());
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error))
      return failed(EndCause::kOutOfMemory,
                    out_of_memory(device_.str()) + concat(": ", error.what_without_backtrace()));
    return failed(EndCause::kInternal, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return failed(EndCause::kOutOfMemory, out_of_memory("the host"));
  } catch (const std::exception& error) {
    return failed(EndCause::kInternal, error.what());
  }
}

AttemptOutcome AttemptRunner::run_or_throw(const TrainerAssignment& assignment,
                                           const StopToken& stop, AttemptSink& sink) {
  const Assignment& task = assignment.assignment;
  check_objective(task);
  check_variant(task.model);
  const Knobs knobs(task.model, task.params);
  set_deterministic(knobs.flag("deterministic"));
  const std::filesystem::path directory =
      make_directory(work_dir_ / concat("attempt-", task.attempt.value));
  if (task.evaluate)
    return outcome_of(evaluate(assignment, datasets_, feature_nets_, directory, sink, stop));
  FoldView fold = open_fold(datasets_, task);
  std::unique_ptr<Learner> learner = make_learner(task, fold, feature_nets_);
  TrainerOptions options;
  options.objective = task.objective;
  options.epochs = task.epochs;
  options.batch_size = knobs.integer("batch_size");
  options.checkpoint_every = task.checkpoint_every_epochs;
  options.directory = directory;
  options.identity = identity_of(task, fold);
  options.recorder = make_step_recorder(device_);
  Trainer trainer(std::move(fold), std::move(learner), options);
  if (assignment.resume) trainer.resume(assignment.resume->path, assignment.resume->epoch);

  sink.started();
  const RunEnd end = trainer.run(sink, stop);
  if (end == RunEnd::kStopped) return outcome_of(end);
  failpoint("model.before_write");
  const ModelOrigin origin{task, trainer.fold(), trainer.kept(), trainer.learner().confusion()};
  for (const auto& file : write_model_files(trainer.learner().network(), origin, directory))
    sink.artifact(file.filename().string(), file);
  return outcome_of(end);
}

}  // namespace foldmill::trainer
