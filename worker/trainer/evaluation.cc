#include "worker/trainer/evaluation.h"

#include <chrono>
#include <memory>
#include <string_view>

#include "worker/trainer/data/open_fold.h"
#include "worker/trainer/export/meta_json.h"
#include "worker/trainer/learners/make_learner.h"
#include "worker/trainer/models/model_file.h"
#include "worker/trainer/training/durable_file.h"
#include "worker/trainer/training/judge.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {
namespace {

// The assignment as it would be if the model had to be trained: with the normalisation that it has
// and, for a classifier, whose layers may be those of another study's encoder, with its own one.
Assignment task_of(const TrainerAssignment& assignment, const ModelFile& model) {
  Assignment task = assignment.assignment;
  task.data.normalize = Normalize::kGiven;
  task.data.mean = model.description().mean;
  task.data.stddev = model.description().stddev;
  if (task.model.type == "classifier") {
    task.model.encoder.emplace();
    task.model.encoder->file = assignment.evaluate_file.string();
  }
  return task;
}

std::unique_ptr<Learner> learner_for(const Assignment& task, const FoldView& test,
                                     DatasetCache& datasets, FeatureNetCache& feature_nets) {
  if (task.model.type != "gan") return make_learner(task, test, feature_nets);
  const FoldView seen = open_fold(datasets, task);
  return make_learner(task, test, feature_nets, &seen);
}

NamedTensors network_of(Learner& learner) {
  constexpr std::string_view kPrefix = "network.";
  NamedTensors parameters;
  for (auto& [name, tensor] : learner.state())
    if (name.starts_with(kPrefix)) parameters.emplace_back(name.substr(kPrefix.size()), tensor);
  return parameters;
}

Metrics renamed(const Metrics& metrics) {
  Metrics tested;
  for (const auto& [name, value] : metrics) tested[test_metric(name)] = value;
  return tested;
}

}  // namespace

RunEnd evaluate(const TrainerAssignment& assignment, DatasetCache& datasets,
                FeatureNetCache& feature_nets, const std::filesystem::path& directory,
                AttemptSink& sink, const StopToken& stop) {
  const auto begin = std::chrono::steady_clock::now();
  const ModelFile model(assignment.evaluate_file, "model");
  const Assignment task = task_of(assignment, model);
  const FoldView fold = open_test_fold(datasets, task, model.normalization());
  model.check_is(task.model.type, {fold.channels(), fold.height(), fold.width()});
  const std::unique_ptr<Learner> learner = learner_for(task, fold, datasets, feature_nets);
  model.copy_into(network_of(*learner));

  sink.started();
  const int64_t batch_size = Knobs(task.model, task.params).integer("batch_size");
  const std::optional<Metrics> judged = judge(*learner, fold, batch_size, stop);
  if (!judged) return RunEnd::kStopped;
  Metrics metrics = renamed(*judged);
  check_finite(metrics, "the test images");
  metrics.emplace("n_parameters", static_cast<double>(learner->network().parameter_count()));
  EpochReport report;
  report.epoch = 1;
  report.metrics.assign(metrics.begin(), metrics.end());
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  sink.epoch(report);
  const std::filesystem::path meta = directory / "meta.json";
  write_durably(meta, meta_of_test(model.description(),
                                   {assignment.assignment, fold, metrics, learner->confusion()}));
  sink.artifact(meta.filename().string(), meta);
  return RunEnd::kCompleted;
}

}  // namespace foldmill::trainer
