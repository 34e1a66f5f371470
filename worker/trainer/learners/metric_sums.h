#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "worker/trainer/data/batch.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Means over an epoch's batches, weighted by their images, kept on the device: reading a number
// after every batch would make the host wait for the device each time.
class MetricSums {
 public:
  // `mean` of a batch.
  void add(std::string_view name, const torch::Tensor& mean, const Batch& batch);

  // Means over everything added. Waits for the device.
  std::map<std::string, double> means() const;
  // The same of batches that say what counts in them, which had `images` that do: only the device
  // has counted those.
  std::map<std::string, double> means_over(int64_t images) const;

  // Every sum is zero again, in its place.
  void clear();

  // The first metric whose sum is no longer finite, or nothing. Only looks where that is free of
  // charge, on the CPU.
  std::string broken_on_cpu() const;

 private:
  struct Sum {
    torch::Tensor total;  // float64, one element
    int64_t images = 0;   // of batches in which every row counts
  };
  std::map<std::string, Sum, std::less<>> sums_;
};

}  // namespace foldmill::trainer
