#include "tests/unit/trainer/training_case.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/export/model_files.h"
#include "worker/trainer/learners/make_learner.h"
#include "worker/trainer/training/trainer.h"

namespace foldmill::trainer {
namespace {

constexpr int64_t kImages = 60;
constexpr int64_t kSide = 28;
constexpr int64_t kClasses = 3;

// Stripes in three directions, which are the labels.
std::shared_ptr<const Dataset> make_images(torch::Device device) {
  const torch::Tensor image = torch::arange(kImages).view({-1, 1, 1, 1});
  const torch::Tensor y = torch::arange(kSide).view({1, 1, -1, 1});
  const torch::Tensor x = torch::arange(kSide).view({1, 1, 1, -1});
  const torch::Tensor direction = image.remainder(kClasses);
  const torch::Tensor place =
      torch::where(direction == 0, x + 0 * y, torch::where(direction == 1, y + 0 * x, x + y));
  const torch::Tensor stripe = (place + image / kClasses).to(torch::kInt64);
  auto images = std::make_shared<Dataset>();
  images->images =
      (stripe.remainder(8) * 30 + image.remainder(7)).to(torch::kUInt8).contiguous().to(device);
  images->label_tensor = direction.flatten().to(device);
  const torch::Tensor labels = direction.flatten().contiguous();
  images->labels.assign(labels.data_ptr<int64_t>(), labels.data_ptr<int64_t>() + kImages);
  images->classes = kClasses;
  images->fingerprint = "stripes";
  return images;
}

// The untrained encoder of an autoencoder for the same images.
std::filesystem::path write_encoder(const Setting& setting) {
  const Assignment task = assignment_of({"encoder"}, setting);
  const FoldView fold = fold_of(task, setting);
  FeatureNetCache none;
  const std::unique_ptr<Learner> learner = make_learner(task, fold, none);
  write_model_files(learner->network(), {task, fold, KeptEpoch{1, {}, {}}, {}}, setting.directory);
  return setting.directory / "model.safetensors";
}

std::string text(const char* value) { return value; }

std::vector<TrainingCase> network_cases() {
  const std::string dae = "dae", vae = "vae", classifier = "classifier";
  const ParameterSet bce = {{"loss", text("bce")}, {"output_activation", text("sigmoid")}};
  const ParameterSet head = {{"n_hidden", int64_t{12}}, {"dropout", 0.5}};
  return {{"cae"},
          {"cae_l1", "cae", {{"loss", text("l1")}}},
          {"cae_bce", "cae", bce, "conv3", Target::kUnit},
          {"cae_scaled", "cae", {{"n_channels", int64_t{4}}}, "scaled", Target::kUnit},
          {"vae", vae, {{"kl_weight", 0.5}}},
          {"dae_gaussian", dae},
          {"dae_salted", dae, {{"noise", text("salt_and_pepper")}}},
          {"dae_mixture", dae, {{"noise", text("mixture")}}},
          {"classifier", classifier},
          {"classifier_slow_encoder", classifier, {{"encoder_lr_factor", 0.1}}},
          {"classifier_dropout", classifier, head},
          {"classifier_frozen", classifier, {}, "conv3", Target::kInput, true},
          {"gan", "gan", {}, "mlp"}};
}

std::vector<TrainingCase> optimizer_cases() {
  std::vector<TrainingCase> cases;
  for (const char* optimizer : {"adam", "adamw", "adamax", "radam", "adagrad", "rmsprop", "sgd"})
    cases.push_back({optimizer,
                     "cae",
                     {{"optimizer", text(optimizer)},
                      {"weight_decay", 0.01},
                      {"momentum", 0.9},
                      {"grad_clip", 0.1},
                      {"lr_schedule", text("one_cycle")}}});
  for (const char* schedule : {"step", "cosine"})
    cases.push_back(
        {schedule, "cae", {{"lr_schedule", text(schedule)}, {"lr_step_epochs", int64_t{1}}}});
  return cases;
}

}  // namespace

void for_each_case(const std::function<void(const TrainingCase&)>& check) {
  for (const std::vector<TrainingCase>& cases : {network_cases(), optimizer_cases()})
    for (const TrainingCase& what : cases) {
      SCOPED_TRACE(what.name);
      check(what);
    }
}

Assignment assignment_of(const TrainingCase& what, const Setting& setting) {
  Assignment task = stripes_assignment("", 1).assignment;
  task.model.type = what.type;
  task.model.variant = what.variant;
  task.model.target = what.target;
  task.model.classes = kClasses;
  if (what.type == "gan") task.params = {};
  if (what.variant == "scaled") task.params = {{"lr", 0.003}};
  for (const auto& [name, value] : what.params) task.params.set(name, value);
  task.params.set("batch_size", setting.batch);
  if (what.freeze) {
    task.model.encoder.emplace();
    task.model.encoder->freeze = true;
    task.model.encoder->file = write_encoder(setting).string();
  }
  return task;
}

FoldView fold_of(const Assignment& task, const Setting& setting) {
  return FoldView(make_images(setting.device), task);
}

Trained train(const TrainingCase& what, const Setting& setting) {
  const Assignment task = assignment_of(what, setting);
  FoldView fold = fold_of(task, setting);
  FeatureNetCache feature_nets;
  std::unique_ptr<Learner> learner = make_learner(task, fold, feature_nets);
  TrainerOptions options;
  options.epochs = setting.epochs;
  options.batch_size = setting.batch;
  options.directory = setting.directory;
  options.recorder = setting.recorder;
  Trainer trainer(std::move(fold), std::move(learner), options);
  if (setting.resume) trainer.resume(*setting.resume, 2);
  RecordingSink sink;
  EXPECT_EQ(trainer.run(sink, StopToken()), RunEnd::kCompleted);
  Trained trained{sink.epochs, {}, sink.checkpoints.back().second};
  for (const torch::Tensor& weight : trainer.learner().network().parameters())
    trained.weights.push_back(weight.detach().cpu());
  return trained;
}

void expect_equal(const Trained& a, const Trained& b) {
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (size_t i = 0; i < a.epochs.size(); ++i)
    EXPECT_EQ(a.epochs[i].metrics, b.epochs[i].metrics) << "epoch " << i + 1;
  ASSERT_EQ(a.weights.size(), b.weights.size());
  for (size_t i = 0; i < a.weights.size(); ++i)
    EXPECT_TRUE(torch::equal(a.weights[i], b.weights[i])) << "parameter " << i;
}

void expect_close(const Trained& a, const Trained& b, double tolerance) {
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (size_t i = 0; i < a.epochs.size(); ++i) {
    ASSERT_EQ(a.epochs[i].metrics.size(), b.epochs[i].metrics.size());
    for (const auto& [name, value] : a.epochs[i].metrics)
      EXPECT_NEAR(*b.epochs[i].metric(name), value, tolerance * std::max(std::abs(value), 0.01))
          << name << " of epoch " << i + 1;
  }
}

}  // namespace foldmill::trainer
