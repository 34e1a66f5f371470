#pragma once

#include <string>
#include <utility>
#include <vector>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Tensors with the names that they have in a file. The tensors are handles: who copies into one
// changes what its owner sees.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

}  // namespace foldmill::trainer
