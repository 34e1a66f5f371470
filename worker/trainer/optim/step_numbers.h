#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// One number that changes from step to step: known to the host, or a tensor without dimensions on
// the parameters' device.
using StepNumber = std::variant<double, torch::Tensor>;

// All such numbers of one step of an optimiser. Known to the host they become arguments of the
// operations, which is the fastest on a CPU. Lying on the device they let a step be recorded once
// and repeated: each repetition finds the numbers of its own.
class StepNumbers {
 public:
  static constexpr size_t kCount = 3;
  using OnHost = std::array<double, kCount>;

  explicit StepNumbers(const OnHost& host) : host_(host) {}
  // `device` [kCount], of the parameters' type.
  explicit StepNumbers(torch::Tensor device) : device_(std::move(device)) {}

  // Null where they lie on the device.
  const OnHost* on_host() const { return device_.defined() ? nullptr : &host_; }

  StepNumber operator[](size_t i) const {
    if (device_.defined()) return device_.select(0, static_cast<int64_t>(i));
    return host_[i];
  }

 private:
  OnHost host_{};
  torch::Tensor device_;
};

// Whether the host knows that it is zero.
inline bool is_known_zero(const StepNumber& number) {
  const auto* host = std::get_if<double>(&number);
  return host != nullptr && *host == 0;
}

// x *= number
inline void multiply(const torch::Tensor& x, const StepNumber& number) {
  if (const auto* host = std::get_if<double>(&number))
    x.mul_(*host);
  else
    x.mul_(std::get<torch::Tensor>(number));
}

}  // namespace foldmill::trainer
