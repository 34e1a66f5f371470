#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/models/architecture.h"
#include "worker/trainer/models/conv_transpose.h"
#include "worker/trainer/models/one_channel.h"

namespace foldmill::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

ModelSpec model_of(const std::string& type, const std::string& variant) {
  ModelSpec model;
  model.type = type;
  model.variant = variant;
  return model;
}

NetworkPlan plan_of(const ModelSpec& model, const Shape& image) {
  check_variant(model);
  const ParameterSet defaults;
  return plan_network(model, Knobs(model, defaults), image);
}

TEST(ConvTransposeTest, IsTorchsOwnInBothLayouts) {
  for (const ConvTransposeLayer& layer :
       {ConvTransposeLayer{6, 5, 3, 2, 0, 0, 0}, ConvTransposeLayer{5, 4, 3, 2, 1, 1, 0},
        ConvTransposeLayer{4, 1, 4, 2, 1, 0, 0}, ConvTransposeLayer{4, 3, 3, 1, 1, 0, 0}}) {
    SCOPED_TRACE(describe(layer));
    torch::manual_seed(1);
    const auto leaf = [](const torch::Tensor& tensor) {
      return tensor.detach().clone().requires_grad_();
    };
    const torch::Tensor weight = torch::randn({layer.in, layer.out, layer.kernel, layer.kernel});
    const torch::Tensor bias = torch::randn({layer.out});
    for (const auto layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      const torch::Tensor input = torch::randn({8, layer.in, 5, 7}).contiguous(layout);
      const std::vector<torch::Tensor> theirs = {leaf(input), leaf(weight), leaf(bias)};
      const std::vector<torch::Tensor> ours = {leaf(input), leaf(weight), leaf(bias)};
      const torch::Tensor expected =
          torch::conv_transpose2d(theirs[0], theirs[1], theirs[2], layer.stride, layer.padding,
                                  {layer.output_padding_height, layer.output_padding_width});
      const torch::Tensor output = conv_transpose(ours[0], ours[1], ours[2], layer);
      ASSERT_EQ(output.sizes(), expected.sizes());
      EXPECT_TRUE(torch::allclose(output, expected, 1e-5, 1e-5));
      expected.square().mean().backward();
      output.square().mean().backward();
      for (size_t i = 0; i < 3; ++i)
        EXPECT_TRUE(torch::allclose(ours[i].grad(), theirs[i].grad(), 1e-5, 1e-6)) << i;
    }
  }
}

TEST(OneChannelTest, IsTorchsOwn) {
  // Channels that fill the lanes, and that do not; rows that are a multiple of the places at a
  // time, and that are not; more images than a thread takes at a time.
  for (const ConvLayer& layer : {ConvLayer{1, 16, 3, 2, 1}, ConvLayer{1, 5, 3, 1, 0},
                                 ConvLayer{1, 40, 4, 2, 1}, ConvLayer{1, 32, 7, 3, 2}}) {
    SCOPED_TRACE(describe(layer));
    torch::manual_seed(1);
    const auto leaf = [](const torch::Tensor& tensor) {
      return tensor.detach().clone().requires_grad_();
    };
    const torch::Tensor images = torch::randn({35, 1, 11, 13});
    const torch::Tensor weight = torch::randn({layer.out, 1, layer.kernel, layer.kernel});
    const torch::Tensor bias = torch::randn({layer.out});
    const std::vector<torch::Tensor> theirs = {leaf(weight), leaf(bias)};
    const std::vector<torch::Tensor> ours = {leaf(weight), leaf(bias)};
    const torch::Tensor expected =
        torch::conv2d(images, theirs[0], theirs[1], layer.stride, layer.padding);
    ASSERT_TRUE(has_one_channel(images));
    const torch::Tensor output = conv_of_images(images, ours[0], ours[1], layer);
    ASSERT_EQ(output.sizes(), expected.sizes());
    EXPECT_TRUE(torch::allclose(output, expected, 1e-5, 1e-5));
    expected.square().mean().backward();
    output.square().mean().backward();
    for (size_t i = 0; i < 2; ++i)
      EXPECT_TRUE(torch::allclose(ours[i].grad(), theirs[i].grad(), 1e-5, 1e-6)) << i;
  }
}

TEST(OneChannelTest, IsForSingleImagesOfOneChannelAlone) {
  EXPECT_FALSE(has_one_channel(torch::zeros({2, 3, 4, 4})));
  EXPECT_FALSE(has_one_channel(torch::zeros({2, 1, 4, 4}, torch::kFloat64)));
}

TEST(NetworkTest, WeightsDependOnTheSeedAlone) {
  const NetworkPlan plan = plan_of(model_of("cae", "conv3"), {1, 28, 28});
  const Network first(plan, 5);
  torch::rand({3});
  const Network again(plan, 5);
  const Network other(plan, 6);
  EXPECT_TRUE(torch::equal(first.parameters()[0], again.parameters()[0]));
  EXPECT_FALSE(torch::equal(first.parameters()[0], other.parameters()[0]));
}

// What a user of PyTorch would get from the same layers and the same seed.
TEST(NetworkTest, WeightsBeginAsThoseOfTorchsLayers) {
  const Network network(plan_of(model_of("cae", "conv3"), {1, 28, 28}), 9);
  torch::manual_seed(9);
  const torch::nn::Conv2d first(torch::nn::Conv2dOptions(1, 16, 3));
  const torch::nn::Conv2d second(torch::nn::Conv2dOptions(16, 32, 3));
  EXPECT_TRUE(torch::equal(network.stack("encoder").weight(0), first->weight));
  EXPECT_TRUE(torch::equal(network.stack("encoder").bias(0), first->bias));
  EXPECT_TRUE(torch::equal(network.stack("encoder").weight(2), second->weight));
}

TEST(NetworkTest, EveryAutoencoderGivesBackImagesOfItsInputsSize) {
  for (const std::string& variant : variants_of("cae"))
    for (const Shape& image : {Shape{1, 28, 28}, Shape{1, 32, 32}, Shape{1, 17, 30}}) {
      SCOPED_TRACE(concat(variant, " ", describe(image)));
      const NetworkPlan plan = plan_of(model_of("cae", variant), image);
      EXPECT_EQ(shape_after(plan.chain("decoder"), {plan.latent_dim, 1, 1}, "decoder"), image);
      Network network(plan, 1);
      const torch::Tensor images = torch::rand({2, 1, image.height, image.width});
      const torch::Tensor code = network.stack("encoder").forward(images);
      EXPECT_EQ(code.sizes(), (std::vector<int64_t>{2, plan.latent_dim}));
      EXPECT_EQ(network.stack("decoder").forward(code).sizes(), images.sizes());
    }
}

std::string refusal(const ModelSpec& model, const Shape& image) {
  try {
    plan_of(model, image);
  } catch (const AttemptError& error) {
    EXPECT_EQ(error.cause(), EndCause::kUserError);
    return error.what();
  }
  return {};
}

TEST(NetworkTest, ImagesTooSmallForALayerAreRefusedByNameAndSize) {
  EXPECT_THAT(refusal(model_of("cae", "conv3"), {1, 8, 8}),
              AllOf(HasSubstr("encoder.4"), HasSubstr("kernel 3"), HasSubstr("32x2x2")));
  EXPECT_THAT(refusal(model_of("vae", "scaled"), {1, 1, 28}),
              AllOf(HasSubstr("encoder.0"), HasSubstr("kernel 4"), HasSubstr("1x1x28")));
}

TEST(NetworkTest, AnUnknownVariantIsRefusedWithTheKnownOnes) {
  EXPECT_THAT(refusal(model_of("cae", "conv9"), {1, 28, 28}),
              AllOf(HasSubstr("conv9"), HasSubstr("conv3, conv4, scaled")));
}

TEST(LayerTest, ADenseLayerOfAnotherWidthIsRefused) {
  try {
    shape_after(LayerChain{FlattenLayer{}, LinearLayer{10, 3}}, {1, 4, 4}, "head");
    FAIL() << "must be refused";
  } catch (const AttemptError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("head.1"), HasSubstr("16x1x1")));
  }
}

}  // namespace
}  // namespace foldmill::trainer
