#pragma once

#include <filesystem>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Writes the parameters as Python's torch.load reads them: a plain dict of tensors on the CPU,
// ready for load_state_dict (docs/model-files.md). Throws AttemptError.
void write_state_dict(const torch::nn::Module& network, const std::filesystem::path& path);

}  // namespace foldmill::trainer
