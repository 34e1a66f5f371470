#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/models/cae.h"
#include "worker/trainer/models/registry.h"
#include "worker/trainer/training/state_dict.h"

// Against PyTorch 1.13; tests/golden/trainer/make_goldens.py made the numbers.
namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

Json golden(const std::string& name) {
  std::ifstream file(concat(FOLDMILL_TRAINER_GOLDEN, "/", name));
  return Json::parse(file);
}

// The same as `wave` of conv3.py.
torch::Tensor wave(torch::IntArrayRef shape, double step, double phase) {
  const int64_t count = c10::multiply_integers(shape);
  return torch::sin(torch::arange(count, torch::kFloat64) * step + phase)
      .to(torch::kFloat32)
      .view(shape);
}

torch::Tensor wave_images() { return wave({4, 1, 28, 28}, 0.013, 0); }

void expect_near(const torch::Tensor& actual, const std::vector<double>& expected,
                 double tolerance) {
  const torch::Tensor wanted = torch::tensor(expected, torch::kFloat64);
  const double error = (actual.detach().to(torch::kFloat64) - wanted).abs().max().item<double>();
  EXPECT_LE(error, tolerance * wanted.abs().max().item<double>());
}

Conv3Impl small_conv3() {
  Conv3Options options;
  options.filters_1 = 2;
  options.filters_2 = 3;
  options.filters_3 = 4;
  options.fc = 5;
  return Conv3Impl(options);
}

TEST(Conv3Test, ForwardLossAndGradientsAreThoseOfPyTorch) {
  const Json expected = golden("conv3.json");
  Conv3Impl model = small_conv3();
  {
    const torch::NoGradGuard guard;
    int k = 0;
    for (torch::Tensor& parameter : model.parameters())
      parameter.copy_(0.3 * wave(parameter.sizes(), 2.3, 0.9 * k++) + 0.1);
  }
  const torch::Tensor images = wave_images();
  const torch::Tensor output = model.forward(images);
  ASSERT_EQ(output.sizes(), images.sizes());
  expect_near(output.contiguous().flatten().slice(0, 0, c10::nullopt, 97),
              expected["output_every_97th"], 1e-5);
  const torch::Tensor loss = torch::mse_loss(output, images);
  EXPECT_NEAR(loss.item<double>(), expected["loss"].get<double>(), 1e-6);
  loss.backward();
  ASSERT_EQ(model.named_parameters().size(), expected["gradients"].size());
  for (const auto& parameter : model.named_parameters()) {
    SCOPED_TRACE(parameter.key());
    expect_near(parameter.value().grad().contiguous().flatten().slice(0, 0, 40),
                expected["gradients"][parameter.key()], 1e-4);
  }
}

TEST(ConvTransposeTest, IsTorchsOwnInBothLayouts) {
  struct Case {
    int64_t in, out, side, padding, output_padding;
  };
  for (const Case& c : {Case{6, 5, 3, 0, 0}, Case{5, 4, 7, 1, 1}, Case{4, 1, 14, 1, 1}}) {
    torch::manual_seed(1);
    torch::nn::ConvTranspose2d reference(torch::nn::ConvTranspose2dOptions(c.in, c.out, 3)
                                             .stride(2)
                                             .padding(c.padding)
                                             .output_padding(c.output_padding));
    torch::manual_seed(1);
    ConvTransposeOptions options;
    options.in_channels = c.in;
    options.out_channels = c.out;
    options.padding = c.padding;
    options.output_padding = c.output_padding;
    ConvTranspose2d ours(options);
    for (size_t i = 0; i < 2; ++i)
      ASSERT_TRUE(torch::equal(ours->parameters()[i], reference->parameters()[i]))
          << "the same initialisation from the same seed";
    for (const auto layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      ours->zero_grad();
      reference->zero_grad();
      const torch::Tensor plain = torch::randn({8, c.in, c.side, c.side}).requires_grad_();
      const torch::Tensor input = plain.detach().contiguous(layout).requires_grad_();
      const torch::Tensor expected = reference->forward(plain);
      const torch::Tensor output = ours->forward(input);
      EXPECT_TRUE(torch::allclose(output, expected, 1e-5, 1e-5));
      expected.square().mean().backward();
      output.square().mean().backward();
      EXPECT_TRUE(torch::allclose(input.grad(), plain.grad(), 1e-5, 1e-6));
      for (size_t i = 0; i < 2; ++i)
        EXPECT_TRUE(torch::allclose(ours->parameters()[i].grad(), reference->parameters()[i].grad(),
                                    1e-5, 1e-6));
    }
  }
}

TEST(RegistryTest, WeightsDependOnTheSeedAlone) {
  ModelSpec spec;
  spec.variant = "conv3";
  const auto first = make_model(spec, {}, {28, 28}, 5);
  torch::rand({3});
  const auto again = make_model(spec, {}, {28, 28}, 5);
  const auto other = make_model(spec, {}, {28, 28}, 6);
  EXPECT_TRUE(torch::equal(first->parameters()[0], again->parameters()[0]));
  EXPECT_FALSE(torch::equal(first->parameters()[0], other->parameters()[0]));
}

TEST(StateDictTest, PythonRebuildsTheNetwork) {
  if (std::system("/usr/bin/python3 -c 'import torch' 2>/dev/null") != 0)
    GTEST_SKIP() << "python3-torch is not installed";
  const TempDir directory;
  torch::manual_seed(3);
  Conv3Impl model = small_conv3();
  const auto file = directory.path() / "state_dict.pt";
  write_state_dict(model, file);
  const torch::Tensor images = wave_images();
  const double loss = torch::mse_loss(model.forward(images), images).item<double>();
  const auto status_for = [&](double expected) {
    return std::system(concat("/usr/bin/python3 -B ", FOLDMILL_TRAINER_GOLDEN,
                              "/load_state_dict.py ", file.string(), " 2 3 4 5 2 ",
                              format_number(expected), " >", (directory.path() / "log").string(),
                              " 2>&1")
                           .c_str());
  };
  EXPECT_EQ(status_for(loss), 0) << read_file(directory.path() / "log");
  EXPECT_NE(status_for(loss * 1.001), 0) << "the check must be able to fail";
}

}  // namespace
}  // namespace foldmill::trainer
