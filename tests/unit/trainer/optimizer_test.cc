#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/optim/factory.h"
#include "worker/trainer/optim/lr_schedule.h"

// Against PyTorch 1.13; tests/golden/trainer/make_optimizer_goldens.py made the numbers.
namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json golden(const std::string& name) {
  std::ifstream file(concat(FOLDMILL_TRAINER_GOLDEN, "/", name));
  return Json::parse(file);
}

ModelSpec cae() {
  ModelSpec spec;
  spec.variant = "conv3";
  return spec;
}

ParameterValue to_value(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number()) return value.get<double>();
  return value.get<std::string>();
}

ParameterSet to_params(const Json& values) {
  ParameterSet params;
  for (const auto& [name, value] : values.items()) params.set(name, to_value(value));
  return params;
}

// A matrix and a vector with six weights, as the goldens start from.
std::vector<torch::Tensor> six_weights(torch::ScalarType type) {
  const torch::Tensor start = torch::linspace(-1, 1, 6, type);
  return {start.slice(0, 0, 4).view({2, 2}).clone().requires_grad_(),
          start.slice(0, 4).clone().requires_grad_()};
}

torch::Tensor together(const std::vector<torch::Tensor>& weights) {
  return torch::cat({weights[0].flatten(), weights[1]});
}

// Down the bowl of the goldens, whose bottom moves.
void take_steps(const std::vector<torch::Tensor>& weights, FlatParameters& flat,
                Optimizer& optimizer, double grad_clip, int64_t begin, int64_t end) {
  const torch::Tensor slope = torch::arange(1, 7, weights[0].options().requires_grad(false)) / 3;
  for (int64_t step = begin; step < end; ++step) {
    flat.zero_gradients();
    (slope * (together(weights) - torch::sin(slope * step * 0.05)).square()).sum().backward();
    if (grad_clip > 0) flat.clip_gradients(grad_clip);
    optimizer.step(0.01);
  }
}

class OptimizerGoldenTest : public ::testing::TestWithParam<torch::ScalarType> {};

TEST_P(OptimizerGoldenTest, TwoHundredStepsAreThoseOfPyTorch) {
  const bool single = GetParam() == torch::kFloat32;
  const Json cases = golden("optimizers.json");
  ASSERT_GE(cases.size(), 30u);
  for (const Json& expected : cases) {
    SCOPED_TRACE(concat(expected["params"].dump(), " ", expected["first_lr_factor"].dump()));
    const ParameterSet params = to_params(expected["params"]);
    const std::vector<torch::Tensor> weights = six_weights(GetParam());
    FlatParameters flat(weights);
    std::vector<LrRange> ranges;
    if (expected["first_lr_factor"] != 1.0) ranges = {{0, 4, expected["first_lr_factor"]}};
    const auto optimizer = make_optimizer(Knobs(cae(), params), flat, ranges);
    take_steps(weights, flat, *optimizer, expected["grad_clip"], 0, 200);
    const torch::Tensor wanted = torch::tensor(
        expected[single ? "float32" : "float64"].get<std::vector<double>>(), torch::kFloat64);
    const torch::Tensor error = (together(weights).detach().to(torch::kFloat64) - wanted).abs();
    EXPECT_LE(error.max().item<double>(),
              (single ? 1e-5 : 1e-12) * wanted.abs().max().item<double>());
  }
}

INSTANTIATE_TEST_SUITE_P(Types, OptimizerGoldenTest,
                         ::testing::Values(torch::kFloat32, torch::kFloat64),
                         [](const auto& type) { return toString(type.param); });

TEST(OptimizerTest, GoesOnFromItsStateToTheSameBits) {
  for (const char* name : {"adam", "adamw", "adamax", "radam", "adagrad", "rmsprop", "sgd"}) {
    SCOPED_TRACE(name);
    const ParameterSet params = {{"optimizer", std::string(name)}, {"momentum", 0.9}};
    const std::vector<torch::Tensor> weights = six_weights(torch::kFloat32);
    FlatParameters flat(weights);
    const auto optimizer = make_optimizer(Knobs(cae(), params), flat);
    take_steps(weights, flat, *optimizer, 0, 0, 7);

    const std::vector<torch::Tensor> others = six_weights(torch::kFloat32);
    FlatParameters other_flat(others);
    const auto other = make_optimizer(Knobs(cae(), params), other_flat);
    other_flat.values().copy_(flat.values());
    const NamedTensors& from = optimizer->state();
    const NamedTensors& to = other->state();
    ASSERT_EQ(from.size(), to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      EXPECT_EQ(from[i].first, to[i].first);
      to[i].second.copy_(from[i].second);
    }
    EXPECT_EQ(to[0].first, "step");
    EXPECT_EQ(to[0].second.item<int64_t>(), 7);

    take_steps(weights, flat, *optimizer, 0, 7, 20);
    take_steps(others, other_flat, *other, 0, 7, 20);
    EXPECT_TRUE(torch::equal(flat.values(), other_flat.values()));
  }
}

TEST(OptimizerTest, AFactorOfZeroLeavesItsRangeAlone) {
  for (const char* name : {"adamw", "sgd"}) {
    const ParameterSet params = {{"optimizer", std::string(name)}, {"weight_decay", 0.1}};
    const std::vector<torch::Tensor> weights = six_weights(torch::kFloat32);
    FlatParameters flat(weights);
    const auto optimizer = make_optimizer(Knobs(cae(), params), flat, {{2, 4, 0.0}});
    const torch::Tensor before = flat.values().clone();
    take_steps(weights, flat, *optimizer, 0, 0, 3);
    const torch::Tensor same = flat.values().eq(before).to(torch::kInt64);
    EXPECT_TRUE(torch::equal(same, torch::tensor({0, 0, 1, 1, 0, 0}, torch::kInt64))) << name;
  }
}

TEST(OptimizerTest, RefusesNesterovWithoutMomentum) {
  const std::vector<torch::Tensor> weights = six_weights(torch::kFloat32);
  const FlatParameters flat(weights);
  const auto message_for = [&](const ParameterSet& params) -> std::string {
    try {
      make_optimizer(Knobs(cae(), params), flat);
    } catch (const AttemptError& error) {
      EXPECT_EQ(error.cause(), EndCause::kUserError);
      return error.what();
    }
    return "";
  };
  const std::string sgd = "sgd";
  EXPECT_EQ(message_for({{"optimizer", sgd}, {"nesterov", true}, {"momentum", 0.9}}), "");
  EXPECT_THAT(message_for({{"optimizer", sgd}, {"nesterov", true}}), HasSubstr("momentum is 0"));
  EXPECT_THAT(message_for({{"optimizer", std::string("adam")}, {"nesterov", true}}),
              HasSubstr("adam has no Nesterov"));
  EXPECT_THAT(message_for({{"optimizer", sgd}, {"nesterov", std::string("yes")}}),
              HasSubstr("true or false"));
}

TEST(FlatParametersTest, HoldsWeightsAndGradientsOfEveryLayer) {
  torch::manual_seed(4);
  torch::nn::Conv2d conv(2, 3, 3);
  torch::nn::Linear linear(3, 2);
  conv->weight.set_data(conv->weight.contiguous(torch::MemoryFormat::ChannelsLast));
  const std::vector<torch::Tensor> parameters = {conv->weight, conv->bias, linear->weight,
                                                 linear->bias};
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& parameter : parameters) before.push_back(parameter.detach().clone());
  FlatParameters flat(parameters);
  ASSERT_EQ(flat.size(), 3 * 2 * 9 + 3 + 6 + 2);
  EXPECT_TRUE(conv->weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
  for (size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(torch::equal(parameters[i], before[i]));

  // Two passes: gradients add up where they are, none gets a tensor of its own.
  const torch::Tensor images = torch::randn({4, 2, 5, 5});
  for (int pass = 1; pass <= 2; ++pass) {
    linear->forward(conv->forward(images).relu().mean({2, 3})).square().sum().backward();
    int64_t begin = 0;
    for (const torch::Tensor& parameter : parameters) {
      EXPECT_EQ(parameter.grad().data_ptr(), flat.gradients().data_ptr<float>() + begin);
      EXPECT_EQ(parameter.data_ptr(), flat.values().data_ptr<float>() + begin);
      begin += parameter.numel();
    }
    EXPECT_FALSE(flat.values().requires_grad());
    if (pass == 1) before = {flat.gradients().clone()};
  }
  EXPECT_TRUE(torch::allclose(flat.gradients(), 2 * before[0]));
  EXPECT_GT(flat.gradients().abs().sum().item<double>(), 0);
  flat.zero_gradients();
  EXPECT_EQ(linear->weight.grad().abs().sum().item<double>(), 0);
}

TEST(FlatParametersTest, ClipsOnlyWhatIsLonger) {
  FlatParameters flat(six_weights(torch::kFloat64));
  flat.gradients().copy_(torch::tensor({3.0, 0.0, 0.0, 4.0, 0.0, 0.0}));
  flat.clip_gradients(6);
  EXPECT_NEAR(flat.gradients().norm().item<double>(), 5, 1e-12);
  flat.clip_gradients(1);
  EXPECT_NEAR(flat.gradients().norm().item<double>(), 1, 1e-6);
  EXPECT_NEAR(flat.gradients()[3].item<double>(), 0.8, 1e-6);
}

}  // namespace
}  // namespace foldmill::trainer
