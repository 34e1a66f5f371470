#include "worker/trainer/models/cpu_layers.h"

namespace foldmill::trainer {
namespace {

thread_local int without = 0;  // WithoutCpuLayers of this thread

}  // namespace

bool takes_cpu_layers(const torch::Tensor& x) { return x.is_cpu() && without == 0; }

WithoutCpuLayers::WithoutCpuLayers() { ++without; }
WithoutCpuLayers::~WithoutCpuLayers() { --without; }

}  // namespace foldmill::trainer
