#include "worker/trainer/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/assignment.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/dataset.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/device.h"
#include "worker/trainer/learners/make_learner.h"
#include "worker/trainer/training/trainer.h"
#include "worker/trainer/version.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::ordered_json;

// Conv3 learns well with it, as the loss beside the rate shows.
constexpr double kLearningRate = 0.004748;

struct Measured {
  std::vector<double> seconds;      // one per epoch, as are the metrics
  std::vector<double> cpu_seconds;  // of the process: on a busy machine the steadier measure
  std::map<std::string, std::vector<double>> metrics;
};

// A few validation images are the least that a split can have; the training part is what was asked
// for.
Assignment bench_assignment(const BenchOptions& options) {
  constexpr int64_t kValidation = 10;
  Assignment assignment;
  assignment.data.dataset = "fashion-mnist";
  assignment.data.normalize = Normalize::kStandard;
  assignment.data.subset_train = options.images + kValidation;
  assignment.folds.validation_fraction =
      static_cast<double>(kValidation) / static_cast<double>(options.images + kValidation);
  assignment.folds.stratified = false;
  assignment.model.type = options.model;
  assignment.model.variant = options.variant;
  assignment.model.target = default_target(options.variant);
  assignment.params = {{"lr", kLearningRate}, {"batch_size", options.batch}};
  assignment.epochs = options.epochs;
  return assignment;
}

Trainer make_trainer(const BenchOptions& options) {
  const torch::Device device = value_or_throw(find_device(options.device), EndCause::kUserError);
  const Assignment task = bench_assignment(options);
  FoldView fold(
      std::make_shared<const Dataset>(load_dataset(task.data, {options.data_dir}, device)), task);
  FeatureNetCache feature_nets;
  auto learner = make_learner(task, fold, feature_nets);
  TrainerOptions trainer_options;
  trainer_options.epochs = options.epochs;
  trainer_options.batch_size = options.batch;
  trainer_options.recorder = make_step_recorder(device);
  return Trainer(std::move(fold), std::move(learner), trainer_options);
}

Measured measure(Trainer& trainer, int64_t epochs) {
  const StopToken never;
  Measured measured;
  for (int64_t epoch = 1; epoch <= epochs; ++epoch) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t cpu_begin = std::clock();
    // The means are read from the device, so the epoch is over there too.
    const auto metrics = trainer.train_epoch(epoch, never).value();
    measured.seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    measured.cpu_seconds.push_back(static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC);
    for (const auto& [name, value] : metrics) measured.metrics[name].push_back(value);
  }
  return measured;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Images per second of each epoch.
std::vector<double> rates(int64_t images, const std::vector<double>& seconds) {
  std::vector<double> found;
  for (const double epoch : seconds) found.push_back(static_cast<double>(images) / epoch);
  return found;
}

Json to_json(const BenchOptions& options, const Measured& measured, bool from_graph) {
  const std::vector<double> per_second = rates(options.images, measured.seconds);
  return {{"model", options.model},
          {"variant", options.variant},
          {"device", options.device},
          {"threads", options.threads},
          {"batch", options.batch},
          {"images", options.images},
          {"epochs", options.epochs},
          {"cuda_graph", from_graph},
          {"images_per_second", median(per_second)},
          {"images_per_second_min", *std::min_element(per_second.begin(), per_second.end())},
          {"images_per_second_max", *std::max_element(per_second.begin(), per_second.end())},
          {"images_per_cpu_second", median(rates(options.images, measured.cpu_seconds))},
          {"seconds", measured.seconds},
          {"cpu_seconds", measured.cpu_seconds},
          {"metrics", measured.metrics},
          {"foldmill_version", version()},
          {"torch_version", TORCH_VERSION}};
}

void print_text(const Json& result) {
  std::printf(
      "%s %s on %s%s, batch %ld, %ld images, threads %ld: %.0f images/s (%.0f to %.0f)\n",
      result["model"].get<std::string>().c_str(), result["variant"].get<std::string>().c_str(),
      result["device"].get<std::string>().c_str(),
      result["cuda_graph"].get<bool>() ? " from a CUDA graph" : "", result["batch"].get<long>(),
      result["images"].get<long>(), result["threads"].get<long>(),
      result["images_per_second"].get<double>(), result["images_per_second_min"].get<double>(),
      result["images_per_second_max"].get<double>());
  for (size_t i = 0; i < result["seconds"].size(); ++i) {
    std::printf("epoch %zu: %.3f s", i + 1, result["seconds"][i].get<double>());
    for (const auto& [name, values] : result["metrics"].items())
      std::printf(", %s %.5f", name.c_str(), values[i].get<double>());
    std::printf("\n");
  }
}

}  // namespace

int run_bench(const BenchOptions& options) {
  try {
    configure_torch(static_cast<int>(options.threads));
    Trainer trainer = make_trainer(options);
    const Measured measured = measure(trainer, options.epochs);
    const Json result = to_json(options, measured, trainer.repeats_steps());
    if (options.output == "json")
      std::printf("%s\n", result.dump(2).c_str());
    else
      print_text(result);
    return 0;
  } catch (const c10::Error& error) {
    std::fprintf(stderr, "foldmill-trainer: %s\n", error.what_without_backtrace());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "foldmill-trainer: %s\n", error.what());
  }
  return 1;
}

}  // namespace foldmill::trainer
