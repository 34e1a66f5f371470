#pragma once

#include "core/study.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Pixels as the network sees them: (x - mean) / stddev of pixels x in [0, 1].
class Normalization {
 public:
  Normalization() = default;  // none
  Normalization(double mean, double stddev) : mean_(mean), stddev_(stddev) {}

  double mean() const { return mean_; }
  double stddev() const { return stddev_; }
  // The same as x * scale + offset.
  double scale() const { return 1 / stddev_; }
  double offset() const { return -mean_ / stddev_; }

  // A squared error in the network's units, on the [0, 1] scale of the pixels.
  double unit_mse(double mse) const { return mse * stddev_ * stddev_; }

 private:
  double mean_ = 0;
  double stddev_ = 1;
};

// What `data.normalize` asks for. `standard` is measured on images[train] alone, so that nothing of
// the validation part reaches the network; the result is the same for any number of threads, and
// exact for bytes. Throws AttemptError (user_error) where it cannot be.
Normalization choose_normalization(const DataSpec& data, const torch::Tensor& images,
                                   const torch::Tensor& train);

}  // namespace foldmill::trainer
