#include "worker/trainer/models/bias_relu.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace foldmill::trainer {
namespace {

torch::Tensor by_torch(const torch::Tensor& x, const torch::Tensor& bias) {
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes[1] = -1;
  return torch::relu(x + bias.view(sizes));
}

struct Gradients {
  torch::Tensor after, x, bias;
};

// `make` through a copy of `x` that is no leaf, as a layer's output is none; the gradients of a sum
// in which every number counts differently.
template <typename Make>
Gradients run(const Make& make, const torch::Tensor& x, const torch::Tensor& bias) {
  const torch::Tensor leaf = x.detach().clone().requires_grad_();
  const torch::Tensor of_bias = bias.detach().clone().requires_grad_();
  const torch::Tensor after = make(leaf * 1, of_bias);
  torch::manual_seed(2);
  (after * torch::randn(after.sizes())).sum().backward();
  return {after.detach(), leaf.grad(), of_bias.grad()};
}

void expect_as_torch(const torch::Tensor& x) {
  const torch::Tensor bias = torch::randn({x.size(1)});
  const Gradients ours = run(bias_relu, x, bias);
  const Gradients theirs = run(by_torch, x, bias);
  EXPECT_TRUE(torch::equal(ours.after, theirs.after));
  EXPECT_TRUE(torch::equal(ours.x, theirs.x));
  EXPECT_TRUE(torch::allclose(ours.bias, theirs.bias, 1e-5, 1e-5)) << ours.bias - theirs.bias;
}

TEST(BiasRelu, OfMapsIsAsTorchWhateverTheNumberOfChannels) {
  torch::manual_seed(1);
  // Fewer channels than a vector has lanes, more than are taken together, and no multiple of
  // either.
  for (const int64_t channels : {1, 3, 16, 100, 700})
    expect_as_torch(
        torch::randn({9, channels, 5, 7}).contiguous(torch::MemoryFormat::ChannelsLast));
}

TEST(BiasRelu, OfRowsIsAsTorch) {
  torch::manual_seed(1);
  for (const int64_t channels : {1, 64, 577}) expect_as_torch(torch::randn({300, channels}));
}

TEST(BiasRelu, OfOtherLayoutsAndNumbersIsAsTorch) {
  torch::manual_seed(1);
  expect_as_torch(torch::randn({4, 6, 5, 5}));
  const torch::Tensor x = torch::randn({5, 3}, torch::kFloat64);
  const torch::Tensor bias = torch::randn({3}, torch::kFloat64);
  EXPECT_TRUE(torch::equal(bias_relu(x.clone(), bias), by_torch(x, bias)));
}

TEST(BiasRelu, KeepsNanForTheLossToShow) {
  torch::Tensor x = torch::zeros({4, 2});
  x[1][0] = std::numeric_limits<float>::quiet_NaN();
  const torch::Tensor after = bias_relu(x, torch::ones({2}));
  EXPECT_TRUE(after[1][0].isnan().item<bool>());
  EXPECT_EQ(after.isnan().sum().item<int64_t>(), 1);
}

// The sum over the rows is long: what single precision loses over a million rows shows.
TEST(BiasRelu, AddsUpManyRows) {
  const torch::Tensor x = torch::rand({1 << 20, 3}).add_(0.1).requires_grad_();
  const torch::Tensor bias = torch::zeros({3}, torch::requires_grad());
  bias_relu(x * 1, bias).sum().backward();
  EXPECT_TRUE(torch::equal(bias.grad(), torch::full({3}, float{1 << 20})));
}

}  // namespace
}  // namespace foldmill::trainer
