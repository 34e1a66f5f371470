#pragma once

#include <cstdint>
#include <string>

namespace foldmill::trainer {

// `foldmill-trainer bench`. Free of torch.
struct BenchOptions {
  std::string model = "cae";
  std::string variant = "conv3";
  std::string device = "cpu";
  std::string data_dir = "/usr/share/datasets";  // holds fashion-mnist
  std::string output = "text";                   // or json
  int64_t threads = 1;
  int64_t batch = 256;
  int64_t images = 20000;
  int64_t epochs = 2;
};

// Trains the network with its default widths and optimiser on that many images of Fashion-MNIST and
// prints images per second: training steps alone, no validation, no checkpoints. The process' exit
// status.
int run_bench(const BenchOptions& options);

}  // namespace foldmill::trainer
