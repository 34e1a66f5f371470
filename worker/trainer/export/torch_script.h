#pragma once

#include <filesystem>

#include "worker/trainer/data/normalization.h"
#include "worker/trainer/models/network.h"

namespace foldmill::trainer {

// Writes the network as a TorchScript module on the CPU with the methods of model_script():
// Python's torch.jit.load and C++'s torch::jit::load open it without a class of ours. Its
// parameters have the names of state_dict.pt. Throws AttemptError.
void write_torch_script(const Network& network, const Normalization& normalization,
                        const std::filesystem::path& path);

}  // namespace foldmill::trainer
