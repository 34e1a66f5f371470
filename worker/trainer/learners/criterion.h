#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "worker/trainer/data/batch.h"
#include "worker/trainer/models/network.h"

namespace foldmill::trainer {

enum class Pass { kTrain, kValidate };

// Means over the rows of one batch that count, by name ("loss", "accuracy"), the loss that is
// minimised first.
using Measures = std::vector<std::pair<std::string_view, torch::Tensor>>;

// What a network of one loss is judged by.
class Criterion {
 public:
  virtual ~Criterion() = default;
  // Before the first batch of `epoch` of training, or of a validation pass, which is epoch 0: its
  // noise is always the same.
  virtual void begin_pass(int64_t /*epoch*/) {}
  virtual Measures measure(Network& network, const Batch& batch, Pass pass) = 0;
  virtual torch::Tensor confusion() const { return {}; }
};

}  // namespace foldmill::trainer
