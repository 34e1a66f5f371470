#pragma once

#include <filesystem>

#include "worker/trainer/models/model.h"

namespace foldmill::trainer {

// Writes the parameters as Python's torch.load reads them: a plain dict of tensors on the CPU,
// ready for load_state_dict (docs/model-files.md). Throws AttemptError.
void write_state_dict(const Model& model, const std::filesystem::path& path);

}  // namespace foldmill::trainer
