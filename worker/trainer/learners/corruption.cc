#include "worker/trainer/learners/corruption.h"

namespace foldmill::trainer {
namespace {

// Independent streams of one image's noise; kGaussian takes two.
enum Stream : uint32_t { kGaussianStream = 0, kSaltStream = 2, kMixtureStream = 3 };

}  // namespace

Corruption::Kind Corruption::parse_kind(const std::string& name) {
  if (name == "salt_and_pepper") return Kind::kSaltAndPepper;
  return name == "mixture" ? Kind::kMixture : Kind::kGaussian;
}

Corruption::Corruption(const Knobs& knobs, const Normalization& normalization, uint64_t seed,
                       torch::Device device)
    : kind_(parse_kind(knobs.choice("noise"))),
      sigma_(knobs.number("noise_sigma")),
      probability_(knobs.number("noise_p")),
      black_(-normalization.mean() / normalization.stddev()),
      white_((1 - normalization.mean()) / normalization.stddev()),
      noise_(seed, device) {}

torch::Tensor Corruption::apply(const torch::Tensor& images, const torch::Tensor& positions) const {
  const torch::Tensor rows = images.flatten(1);
  const int64_t pixels = rows.size(1);
  torch::Tensor noisy = rows;
  if (kind_ == Kind::kGaussian) noisy = rows + gaussian(positions, pixels);
  if (kind_ == Kind::kSaltAndPepper) noisy = salted(rows, positions);
  if (kind_ == Kind::kMixture) {
    const torch::Tensor quarter = noise_.uniform(positions, 1, kMixtureStream).mul_(4);
    noisy = torch::where(quarter < 2, rows + gaussian(positions, pixels), rows);
    const torch::Tensor also_salted = (quarter >= 1).logical_and_(quarter < 3);
    noisy = torch::where(also_salted, salted(noisy, positions), noisy);
  }
  return noisy.view(images.sizes());
}

torch::Tensor Corruption::gaussian(const torch::Tensor& positions, int64_t pixels) const {
  return noise_.normal(positions, pixels, kGaussianStream).mul_(sigma_);
}

torch::Tensor Corruption::salted(const torch::Tensor& rows, const torch::Tensor& positions) const {
  const torch::Tensor chance = noise_.uniform(positions, rows.size(1), kSaltStream);
  return rows.masked_fill(chance < probability_, white_)
      .masked_fill_(chance < probability_ / 2, black_);
}

}  // namespace foldmill::trainer
