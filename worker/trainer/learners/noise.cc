#include "worker/trainer/learners/noise.h"

#include <numbers>
#include <vector>

#include "core/random.h"

namespace foldmill::trainer {
namespace {

// Counters of one row: pixels of an image, at most.
constexpr int64_t kRowLength = int64_t{1} << 24;

// torch has signed integers only: their products wrap as wanted, their shifts copy the sign.
torch::Tensor shifted_right(const torch::Tensor& x, int64_t bits) {
  return x.__rshift__(bits).bitwise_and_((int64_t{1} << (64 - bits)) - 1);
}

torch::Tensor& mix(torch::Tensor& x) {
  x.bitwise_xor_(shifted_right(x, 30)).mul_(static_cast<int64_t>(0xbf58476d1ce4e5b9u));
  x.bitwise_xor_(shifted_right(x, 27)).mul_(static_cast<int64_t>(0x94d049bb133111ebu));
  return x.bitwise_xor_(shifted_right(x, 31));
}

}  // namespace

KeyedNoise::KeyedNoise(uint64_t seed, torch::Device device)
    : seed_(seed), keys_(torch::zeros({kStreams}, torch::dtype(torch::kInt64).device(device))) {}

void KeyedNoise::begin_epoch(int64_t epoch) {
  std::vector<int64_t> keys;
  for (int64_t stream = 0; stream < kStreams; ++stream)
    keys.push_back(static_cast<int64_t>(
        derive_seed(seed_, RandomPurpose::kNoise, TrialNumber(epoch), FoldIndex(stream))));
  keys_.copy_(torch::tensor(keys, torch::kInt64));
}

torch::Tensor KeyedNoise::uniform(const torch::Tensor& positions, int64_t count,
                                  uint32_t stream) const {
  const torch::Tensor places = torch::arange(count, positions.options());
  torch::Tensor x = positions.unsqueeze(1) * kRowLength + places;
  x.mul_(static_cast<int64_t>(0x9e3779b97f4a7c15u)).add_(keys_.select(0, stream));
  mix(x);
  // The upper 24 bits: as many as a float holds.
  return shifted_right(x, 40).to(torch::kFloat32).mul_(1.0 / (1 << 24));
}

torch::Tensor KeyedNoise::normal(const torch::Tensor& positions, int64_t count,
                                 uint32_t stream) const {
  // 1 - u lies in (0, 1]: its logarithm is finite.
  const torch::Tensor radius =
      uniform(positions, count, stream).neg_().add_(1).log_().mul_(-2).sqrt_();
  return uniform(positions, count, stream + 1).mul_(2 * std::numbers::pi).cos_().mul_(radius);
}

void seed_torch(uint64_t seed, int64_t epoch) {
  torch::manual_seed(derive_seed(seed, RandomPurpose::kDropout, TrialNumber(epoch)));
}

}  // namespace foldmill::trainer
