#pragma once

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "worker/trainer/torch_compat.h"

// Numbers that PyTorch made, and the deterministic ones that it was given: tests/golden/trainer.
namespace foldmill::trainer {

inline nlohmann::json golden(const std::string& name) {
  std::ifstream file(concat(FOLDMILL_TRAINER_GOLDEN, "/", name));
  return nlohmann::json::parse(file);
}

// The same as `wave` of networks.py.
inline torch::Tensor wave(torch::IntArrayRef shape, double step, double phase) {
  const int64_t count = c10::multiply_integers(shape);
  return torch::sin(torch::arange(count, torch::kFloat64) * step + phase)
      .to(torch::kFloat32)
      .view(shape);
}

// The same as `images` and `fill` of networks.py.
inline torch::Tensor wave_images() { return wave({4, 1, 28, 28}, 0.013, 0); }

inline void fill_with_waves(torch::nn::Module& network) {
  const torch::NoGradGuard guard;
  int k = 0;
  for (torch::Tensor& parameter : network.parameters()) {
    const double fan_in = static_cast<double>(parameter[0].numel());
    parameter.copy_(wave(parameter.sizes(), 2.3, 0.9 * k++) *
                    (parameter.dim() > 1 ? 1.5 / std::sqrt(fan_in) : 0.1));
  }
}

// The largest difference to `expected`, relative to the larger of its largest number and `least`.
inline double relative_error(const torch::Tensor& actual, const std::vector<double>& expected,
                             double least = 0) {
  const torch::Tensor wanted = torch::tensor(expected, torch::kFloat64);
  const double error = (actual.detach().to(torch::kFloat64) - wanted).abs().max().item<double>();
  return error / std::max(wanted.abs().max().item<double>(), least);
}

}  // namespace foldmill::trainer
