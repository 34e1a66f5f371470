#pragma once

#include <string>
#include <vector>

namespace foldmill::trainer {

// `foldmill-trainer --bench`: trains conv3 (16/32/64, fc 64, latent 2, Adam, lr 0.004748) on
// Fashion-MNIST and prints training images per second, a line an epoch. `arguments` are those after
// --bench; the process' exit status.
int run_bench(const std::vector<std::string>& arguments);

}  // namespace foldmill::trainer
