#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Means over an epoch's batches, weighted by their images, kept on the device: reading a number
// after every batch would make the host wait for the device each time.
class MetricSums {
 public:
  // `mean` of a batch of `images`.
  void add(std::string_view name, const torch::Tensor& mean, int64_t images);

  // Means over everything added. Waits for the device.
  std::map<std::string, double> means() const;

  // The first metric whose sum is no longer finite, or nothing. Only looks where that is free of
  // charge, on the CPU.
  std::string broken_on_cpu() const;

 private:
  struct Sum {
    torch::Tensor total;  // float64, one element
    int64_t images = 0;
  };
  std::map<std::string, Sum, std::less<>> sums_;
};

}  // namespace foldmill::trainer
