#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "worker/trainer/training/named_tensors.h"

namespace foldmill::trainer {

// The epoch whose weights leave when training is complete: the last one or, with `take:
// best_epoch`, the best one so far.
struct KeptEpoch {
  int64_t epoch = 0;  // 0: none yet
  std::map<std::string, double> metrics;
  NamedTensors weights;  // copies by parameter name; empty when the last epoch is taken
};

}  // namespace foldmill::trainer
