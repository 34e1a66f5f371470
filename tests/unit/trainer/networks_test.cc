#include <gtest/gtest.h>

#include "tests/unit/trainer/golden.h"
#include "worker/trainer/learners/classification.h"
#include "worker/trainer/learners/gan_learner.h"
#include "worker/trainer/learners/reconstruction.h"
#include "worker/trainer/learners/variational.h"
#include "worker/trainer/models/architecture.h"
#include "worker/trainer/parameter_json.h"

// Output, losses and gradients of every network from the same weights, against PyTorch 1.13:
// tests/golden/trainer/make_network_goldens.py made the numbers.
namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-5;  // relative, float32

// What a network makes of the golden images.
struct Result {
  torch::Tensor output;
  std::map<std::string, torch::Tensor> losses;  // "loss" is the one to go down
};

ModelSpec model_of(const Json& json) {
  ModelSpec model;
  model.type = json.at("type");
  model.variant = json.at("variant");
  model.classes = json.value("classes", 10);
  model.target = *parse_target(json.value("target", "input"));
  return model;
}

Batch golden_batch() {
  return {wave_images(), torch::tensor({0, 3, 1, 2}, torch::kInt64), torch::arange(4)};
}

Result of_autoencoder(Network& network, const ReconstructionLoss& loss,
                      const torch::Tensor& noise) {
  const torch::Tensor images = wave_images();
  const torch::Tensor code = network.stack("encoder").forward(images + noise);
  const torch::Tensor output = network.stack("decoder").forward(code);
  return {output, {{"loss", loss.mean(output, loss.target(images))}}};
}

Result of_vae(Network& network, const ReconstructionLoss& loss, double kl_weight) {
  const torch::Tensor images = wave_images();
  const Posterior posterior = posterior_of(network, images);
  const torch::Tensor code = posterior.sample(wave({4, 3}, 1.7, 0.2));
  const torch::Tensor output = network.stack("decoder").forward(code);
  const torch::Tensor reconstruction = loss.mean_of_sums(output, images);
  const torch::Tensor kl = posterior.divergence();
  return {
      output,
      {{"loss", reconstruction + kl_weight * kl}, {"reconstruction", reconstruction}, {"kl", kl}}};
}

Result of_classifier(Network& network) {
  Classification criterion(4, false);
  const Measures measures = criterion.measure(network, golden_batch(), Pass::kTrain);
  const torch::Tensor scores =
      network.stack("head").forward(network.stack("encoder").forward(wave_images()));
  return {scores, {{"loss", measures.front().second}}};
}

Result of_gan(Network& network, bool generator) {
  StackImpl& discriminator = network.stack("discriminator");
  const torch::Tensor generated = network.stack("generator").forward(wave({4, 64}, 0.7, 0.1));
  if (generator) return {generated, {{"loss", generator_loss(discriminator.forward(generated))}}};
  return {generated,
          {{"loss", discriminator_loss(discriminator.forward(wave_images()),
                                       discriminator.forward(generated.detach()))}}};
}

Result result_of(const Json& expected, const ModelSpec& model, const Knobs& knobs,
                 Network& network) {
  if (model.type == "classifier") return of_classifier(network);
  if (model.type == "gan") return of_gan(network, expected["name"] == "gan generator");
  const ReconstructionLoss loss(knobs, model.target, Normalization(0.4, 0.25));
  if (model.type == "vae") return of_vae(network, loss, knobs.number("kl_weight"));
  const torch::Tensor noise =
      model.type == "dae" ? 0.3 * wave({4, 1, 28, 28}, 3.1, 0.5) : torch::zeros({4, 1, 28, 28});
  return of_autoencoder(network, loss, noise);
}

double largest(const Json& gradients) {
  double largest = 0;
  for (const Json& numbers : gradients)
    for (const double number : numbers) largest = std::max(largest, std::abs(number));
  return largest;
}

TEST(NetworksTest, OutputLossesAndGradientsAreThoseOfPyTorch) {
  for (const Json& expected : golden("networks.json")) {
    SCOPED_TRACE(expected["name"].get<std::string>());
    const ModelSpec model = model_of(expected["model"]);
    const ParameterSet params = *parse_parameters(expected["params"]);
    const Knobs knobs(model, params);
    Network network(plan_network(model, knobs, {1, 28, 28}), 0);
    fill_with_waves(network);
    const Result result = result_of(expected, model, knobs, network);
    EXPECT_LE(relative_error(result.output.contiguous().flatten().slice(0, 0, c10::nullopt, 97),
                             expected["output_every_97th"]),
              kTolerance);
    for (const auto& [name, loss] : result.losses)
      EXPECT_LE(relative_error(loss, {expected["losses"][name].get<double>()}), kTolerance) << name;
    result.losses.at("loss").backward();
    // Numbers far below the largest gradient are differences of large ones, in PyTorch as here.
    const double least = 0.01 * largest(expected["gradients"]);
    const auto parameters = network.named_parameters();
    for (const auto& [name, numbers] : expected["gradients"].items()) {
      const torch::Tensor* parameter = parameters.find(name);
      ASSERT_NE(parameter, nullptr) << name;
      const torch::Tensor gradient = parameter->grad().contiguous().flatten().slice(0, 0, 40);
      EXPECT_LE(relative_error(gradient, numbers, least), kTolerance) << name;
    }
  }
}

TEST(NetworksTest, EveryParameterIsCompared) {
  for (const Json& expected : golden("networks.json")) {
    SCOPED_TRACE(expected["name"].get<std::string>());
    if (expected["model"]["type"] == "gan") continue;  // each half has a case of its own
    const ModelSpec model = model_of(expected["model"]);
    const ParameterSet params = *parse_parameters(expected["params"]);
    const Network network(plan_network(model, Knobs(model, params), {1, 28, 28}), 0);
    EXPECT_EQ(network.named_parameters().size(), expected["gradients"].size());
  }
}

}  // namespace
}  // namespace foldmill::trainer
