#include "worker/trainer/device.h"

#include <sys/resource.h>

#include <algorithm>

#include "core/text.h"

namespace foldmill::trainer {

std::vector<std::string> devices() {
  std::vector<std::string> names = {"cpu"};
  for (size_t i = 0; i < torch::cuda::device_count(); ++i) names.push_back(concat("cuda:", i));
  return names;
}

Result<torch::Device> find_device(const std::string& name) {
  const std::vector<std::string> known = devices();
  if (std::find(known.begin(), known.end(), name) == known.end())
    return not_found(
        concat("device '", name, "' is not there; this trainer has ", join(known, ", ")));
  return torch::Device(name);
}

void configure_torch(int threads) {
  set_threads(threads);
  // Torch allows this once per process.
  if (torch::get_num_interop_threads() != 1) torch::set_num_interop_threads(1);
  // Adam's moments of weights that no longer move become denormal, which costs a hundred cycles
  // each.
  torch::globalContext().setFlushDenormal(true);
  torch::globalContext().setAllowTF32CuDNN(false);
  torch::globalContext().setAllowTF32CuBLAS(false);
}

void set_threads(int threads) {
  if (torch::get_num_threads() != threads) torch::set_num_threads(threads);
}

void set_deterministic(bool deterministic) {
  at::Context& context = torch::globalContext();
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  context.setDeterministicAlgorithms(deterministic, /*warn_only=*/false);
}

std::string describe_peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return concat("at most ", usage.ru_maxrss / 1024, " MiB used");  // it counts in KiB
}

}  // namespace foldmill::trainer
