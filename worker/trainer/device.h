#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

std::vector<std::string> devices();  // cpu, cuda:0, …: those of this machine

// not_found, naming those that are there.
Result<torch::Device> find_device(const std::string& name);

// What holds for the whole process: threads of the CPU, denormal numbers count as zero, and floats
// keep all their bits on a GPU (no TF32).
void configure_torch(int threads);
// From here on that many threads of the CPU.
void set_threads(int threads);

// Whether a GPU may only use kernels that give the same bits every time. Slower; an operation that
// has none then fails. Changes nothing on the CPU, which always does.
void set_deterministic(bool deterministic);

// "at most 512 MiB used", the most that this process has had of the host's memory.
std::string describe_peak_memory();

}  // namespace foldmill::trainer
