#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace foldmill::worker {

// What this process may use. Read from the environment and /dev, never by asking a driver: what
// Slurm, Kubernetes or the user set in CUDA_VISIBLE_DEVICES is what there is.
struct Machine {
  int gpus = 0;
  int cores = 1;
  std::string host;
};

Machine look_at_machine();

// How many devices a CUDA_VISIBLE_DEVICES names: "0,1" two, "" and "-1" none, and none after the
// first entry that is no device, as CUDA itself reads it.
int count_visible_devices(const std::string& variable);

// One slot's share.
struct SlotShare {
  std::string device;  // cpu, cuda:N
  int threads = 1;
};

// `slots`: none for one per GPU, or per core without GPUs. `device`: empty for what there is, cpu,
// cuda (dealt out in turn) or cuda:N. `threads`: of each slot; none: its share of the cores.
// Refuses CUDA where there is no GPU, and another word.
Result<std::vector<SlotShare>> share_machine(const Machine& machine, std::optional<int> slots,
                                             const std::string& device,
                                             std::optional<int> threads = {});

}  // namespace foldmill::worker
