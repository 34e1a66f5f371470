#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/study.h"
#include "worker/trainer/data/dataset_files.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// The training images of one data set, whole, on the device, as bytes: a float copy would cost four
// times the memory of every slot and saves nothing that can be measured. Immutable.
struct Dataset {
  torch::Tensor images;         // [n, 1, height, width], uint8
  std::vector<int64_t> labels;  // one per image, or empty

  int64_t size() const { return images.size(0); }
};

// Reads and checks the files. Throws AttemptError.
Dataset load_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs,
                     torch::Device device);

// Keeps the last data set between attempts, so that a process reads it once. One thread.
class DatasetCache {
 public:
  DatasetCache(std::vector<std::string> data_dirs, torch::Device device)
      : data_dirs_(std::move(data_dirs)), device_(device) {}

  std::shared_ptr<const Dataset> get(const DataSpec& data);

 private:
  std::vector<std::string> data_dirs_;
  torch::Device device_;
  std::string name_;
  std::string path_;
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace foldmill::trainer
