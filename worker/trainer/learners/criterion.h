#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "worker/trainer/data/batch.h"
#include "worker/trainer/models/network.h"

namespace foldmill::trainer {

enum class Pass { kTrain, kValidate };

// Means over one batch by name ("loss", "accuracy"), the loss that is minimised first.
using Measures = std::vector<std::pair<std::string_view, torch::Tensor>>;

// What a network of one loss is judged by.
class Criterion {
 public:
  virtual ~Criterion() = default;
  // `epoch` is that of training; 0 for validation, whose noise is always the same.
  virtual Measures measure(Network& network, const Batch& batch, Pass pass, int64_t epoch) = 0;
  virtual void begin_validation() {}
  virtual torch::Tensor confusion() const { return {}; }
};

}  // namespace foldmill::trainer
