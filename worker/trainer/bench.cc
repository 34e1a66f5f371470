#include "worker/trainer/bench.h"

#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/dataset.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/models/registry.h"
#include "worker/trainer/optim/factory.h"
#include "worker/trainer/training/knobs.h"
#include "worker/trainer/training/trainer.h"

namespace foldmill::trainer {
namespace {

using Options = std::map<std::string, std::string>;

Options parse_options(const std::vector<std::string>& arguments) {
  Options options = {{"--threads", "1"},  {"--batch", "256"},
                     {"--epochs", "3"},   {"--images", "12000"},
                     {"--device", "cpu"}, {"--data-dir", "/usr/share/datasets"}};
  for (size_t i = 0; i < arguments.size(); i += 2) {
    const auto found = options.find(arguments[i]);
    if (found == options.end() || i + 1 == arguments.size())
      throw AttemptError(EndCause::kUserError,
                         "usage: foldmill-trainer --bench [--threads N] [--batch N] [--epochs N] "
                         "[--images N] [--device cpu|cuda:N] [--data-dir DIR]");
    found->second = arguments[i + 1];
  }
  return options;
}

int64_t number(const Options& options, const std::string& name) {
  const auto value = parse_int(options.at(name));
  if (!value || *value < 1)
    throw AttemptError(EndCause::kUserError, concat(name, " must be an integer from 1 on"));
  return *value;
}

// One validation image is the least that a split can have; the training part is what was asked for.
Assignment bench_assignment(int64_t images, int64_t batch) {
  constexpr int64_t kValidation = 10;  // one a class
  Assignment assignment;
  assignment.data.dataset = "fashion-mnist";
  assignment.data.normalize = Normalize::kStandard;
  assignment.data.subset_train = images + kValidation;
  assignment.folds.validation_fraction =
      static_cast<double>(kValidation) / static_cast<double>(images + kValidation);
  assignment.folds.stratified = false;
  assignment.model.variant = "conv3";
  assignment.params = {{"lr", 0.004748}, {"batch_size", batch}};
  return assignment;
}

void bench(const Options& options) {
  const int64_t threads = number(options, "--threads");
  const int64_t batch = number(options, "--batch");
  const torch::Device device(options.at("--device"));
  torch::set_num_threads(static_cast<int>(threads));
  torch::globalContext().setFlushDenormal(true);
  const Assignment task = bench_assignment(number(options, "--images"), batch);
  FoldView fold(
      std::make_shared<const Dataset>(load_dataset(task.data, {options.at("--data-dir")}, device)),
      task);
  const int64_t images = fold.train_size();
  const auto model = make_model(task.model, task.params, {fold.height(), fold.width()}, task.seed);
  model->to(device);
  TrainerOptions trainer_options;
  trainer_options.batch_size = batch;
  Trainer trainer(std::move(fold), model,
                  make_optimizer(Knobs(task.model, task.params), model->parameters()),
                  trainer_options);
  const StopToken never;
  for (int64_t epoch = 1; epoch <= number(options, "--epochs"); ++epoch) {
    const auto begin = std::chrono::steady_clock::now();
    const double loss = trainer.train_epoch(epoch, never).value_or(0);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("threads=%ld batch=%ld epoch=%ld loss=%.5f s=%.3f img_per_s=%.0f\n", threads, batch,
                epoch, loss, seconds, static_cast<double>(images) / seconds);
    std::fflush(stdout);
  }
}

}  // namespace

int run_bench(const std::vector<std::string>& arguments) {
  try {
    bench(parse_options(arguments));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

}  // namespace foldmill::trainer
