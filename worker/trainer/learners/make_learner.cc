#include "worker/trainer/learners/make_learner.h"

#include <utility>

#include "core/random.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/learners/classification.h"
#include "worker/trainer/learners/descent_learner.h"
#include "worker/trainer/learners/gan_learner.h"
#include "worker/trainer/learners/reconstruction.h"
#include "worker/trainer/learners/variational.h"
#include "worker/trainer/models/architecture.h"
#include "worker/trainer/models/encoder_file.h"

namespace foldmill::trainer {
namespace {

// Everything that the parts of a learner are made from.
struct Recipe {
  const Assignment& task;
  const FoldView& fold;
  Knobs knobs;
  Shape image;
  torch::Device device;
  uint64_t seed;  // of noise, dropout and latent samples
  TrainingLength length;

  uint64_t init_seed() const {
    return derive_seed(task.seed, RandomPurpose::kInit, task.fold.trial, task.fold.fold);
  }
};

Recipe make_recipe(const Assignment& task, const FoldView& fold) {
  Knobs knobs(task.model, task.params);
  const int64_t batch = knobs.integer("batch_size");
  const TrainingLength length{task.epochs, (fold.train_size() + batch - 1) / batch};
  return {task,
          fold,
          std::move(knobs),
          {fold.channels(), fold.height(), fold.width()},
          fold.validation_order().device(),
          derive_seed(task.seed, RandomPurpose::kNoise, task.fold.trial, task.fold.fold),
          length};
}

// Before the optimisers: they hold on to where the parameters lie.
std::shared_ptr<Network> on_device(std::shared_ptr<Network> network, torch::Device device) {
  network->to(device);
  return network;
}

std::unique_ptr<Learner> make_descent_learner(const Recipe& recipe,
                                              std::shared_ptr<Network> network,
                                              std::unique_ptr<Criterion> criterion) {
  Descent descent(network->parameters(), {}, recipe.knobs, "lr", recipe.length);
  return std::make_unique<DescentLearner>(std::move(network), std::move(criterion),
                                          std::move(descent), recipe.seed);
}

std::unique_ptr<Learner> make_autoencoder(const Recipe& recipe) {
  const ModelSpec& model = recipe.task.model;
  const Normalization& normalization = recipe.fold.normalization();
  const ReconstructionLoss loss(recipe.knobs, model.target, normalization);
  std::unique_ptr<Criterion> criterion;
  if (model.type == "vae") {
    criterion = std::make_unique<Variational>(loss, recipe.knobs.number("kl_weight"));
  } else {
    std::optional<Corruption> corruption;
    if (model.type == "dae")
      corruption.emplace(recipe.knobs, normalization, recipe.seed, recipe.device);
    criterion = std::make_unique<Reconstruction>(loss, corruption);
  }
  auto network = std::make_shared<Network>(plan_network(model, recipe.knobs, recipe.image),
                                           recipe.init_seed());
  return make_descent_learner(recipe, on_device(std::move(network), recipe.device),
                              std::move(criterion));
}

std::shared_ptr<Network> make_classifier_network(const Recipe& recipe) {
  const ModelSpec& model = recipe.task.model;
  if (!model.encoder)
    return std::make_shared<Network>(plan_network(model, recipe.knobs, recipe.image),
                                     recipe.init_seed());
  const EncoderFile encoder(model.encoder->file);
  encoder.check_fits(recipe.image, recipe.fold.normalization());
  auto network = std::make_shared<Network>(
      plan_classifier(model, recipe.knobs, recipe.image, encoder.chain(), encoder.latent_dim()),
      recipe.init_seed());
  encoder.copy_into(network->stack("encoder"));
  return network;
}

void check_labels(const Recipe& recipe) {
  const int64_t classes = recipe.task.model.classes;
  if (recipe.fold.classes() == 0)
    throw AttemptError(EndCause::kUserError, "model classifier: these images have no labels");
  if (recipe.fold.classes() > classes)
    throw AttemptError(EndCause::kUserError,
                       concat("model classifier: `classes` is ", classes, ", the labels go up to ",
                              recipe.fold.classes() - 1, "; set `classes: ", recipe.fold.classes(),
                              "` under `model`"));
}

std::unique_ptr<Learner> make_classifier(const Recipe& recipe) {
  check_labels(recipe);
  auto network = on_device(make_classifier_network(recipe), recipe.device);
  const bool frozen = recipe.task.model.encoder && recipe.task.model.encoder->freeze;
  std::vector<torch::Tensor> trained;
  std::vector<LrRange> ranges;
  if (!frozen) {
    trained = network->stack("encoder").parameters();
    int64_t count = 0;
    for (const torch::Tensor& parameter : trained) count += parameter.numel();
    ranges.push_back({0, count, recipe.knobs.number("encoder_lr_factor")});
  }
  for (const torch::Tensor& parameter : network->stack("head").parameters())
    trained.push_back(parameter);
  Descent descent(std::move(trained), std::move(ranges), recipe.knobs, "lr", recipe.length);
  return std::make_unique<DescentLearner>(
      std::move(network), std::make_unique<Classification>(recipe.task.model.classes, frozen),
      std::move(descent), recipe.seed);
}

std::unique_ptr<Learner> make_gan(const Recipe& recipe,
                                  std::shared_ptr<const FeatureNet> features) {
  auto network = on_device(
      std::make_shared<Network>(plan_network(recipe.task.model, recipe.knobs, recipe.image),
                                recipe.init_seed()),
      recipe.device);
  const auto descent = [&](std::string_view stack, std::string_view lr_knob) {
    return Descent(network->stack(stack).parameters(), {}, recipe.knobs, lr_knob, recipe.length);
  };
  Descent generator = descent("generator", "lr_generator");
  Descent discriminator = descent("discriminator", "lr_discriminator");
  return std::make_unique<GanLearner>(network, std::move(generator), std::move(discriminator),
                                      std::move(features), recipe.seed);
}

}  // namespace

std::unique_ptr<Learner> make_learner(const Assignment& task, const FoldView& fold,
                                      FeatureNetCache& feature_nets, const FoldView* seen) {
  check_variant(task.model);
  const std::string& type = task.model.type;
  const Recipe recipe = make_recipe(task, fold);
  if (type == "classifier") return make_classifier(recipe);
  if (type == "gan") {
    const bool is_judged = fold.validation_size() > 0;
    return make_gan(recipe,
                    is_judged ? feature_nets.get(seen != nullptr ? *seen : fold, task) : nullptr);
  }
  return make_autoencoder(recipe);
}

}  // namespace foldmill::trainer
