#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

std::vector<std::string> devices();  // cpu, cuda:0, …: those of this machine

// not_found, naming those that are there.
Result<torch::Device> find_device(const std::string& name);

// What holds for the whole process: threads of the CPU, and denormal numbers count as zero.
void configure_torch(int threads);

}  // namespace foldmill::trainer
