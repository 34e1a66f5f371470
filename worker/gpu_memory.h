#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/machine.h"

namespace foldmill::worker {

// MiB of each GPU that CUDA_VISIBLE_DEVICES leaves to this process, as nvidia-smi tells; empty
// where it is not there or does not answer within some seconds.
std::vector<int64_t> query_gpu_memory();

// What nvidia-smi says of memory.total, a line per GPU; empty for any other text.
std::vector<int64_t> parse_gpu_memory(const std::string& answer);

// MiB that each slot can count on: the smallest GPU's, divided by the slots that share a GPU. Which
// of CUDA's devices is which of nvidia-smi's is not asked: they are numbered in different ways. 0
// on the CPU, and when nothing is known of the GPUs.
int64_t memory_of_slot(const std::vector<SlotShare>& slots, const std::vector<int64_t>& gpus);

}  // namespace foldmill::worker
