#pragma once

#include "worker/trainer/export/safetensors.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Between torch's tensors and a file's. Float32 and int64 only; a file's tensor comes back on the
// CPU, with memory of its own.
StoredTensor to_stored(std::string name, const torch::Tensor& tensor);
torch::Tensor to_tensor(const StoredTensor& stored);

}  // namespace foldmill::trainer
