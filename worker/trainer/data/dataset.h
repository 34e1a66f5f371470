#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/study.h"
#include "worker/trainer/data/dataset_store.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// The images of one portion of a data set, whole, on the device, as they were stored: a float copy
// of bytes would cost four times the memory of every slot and saves nothing that can be measured.
// Immutable; on the CPU the images may lie in a file that is mapped read-only.
struct Dataset {
  torch::Tensor images;         // [n, channels, height, width], uint8, or float32 in [0, 1]
  torch::Tensor label_tensor;   // [n], int64, on the device; undefined without labels
  std::vector<int64_t> labels;  // the same on the host, or empty
  int64_t classes = 0;          // largest label + 1; 0 without labels
  std::vector<std::string> class_names;  // by label; empty where the format has no names
  std::string fingerprint;               // SHA-256 of images and labels, see fingerprint_of
  bool from_cache = false;               // false: read from its source files

  int64_t size() const { return images.size(0); }
};

// Puts a data set on the device. On the CPU nothing is copied.
Dataset make_dataset(const StoredDataset& stored, torch::Device device);

// Reads and checks the files, or their cache. Throws AttemptError.
Dataset load_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs,
                     torch::Device device, const std::filesystem::path& cache_dir = {});

// Keeps the last data set between attempts, so that a process reads it once, and again only if its
// files have changed. One thread.
class DatasetCache {
 public:
  // `cache_dir`: see DatasetStore.
  DatasetCache(std::vector<std::string> data_dirs, torch::Device device,
               std::filesystem::path cache_dir = {})
      : store_(std::move(data_dirs), std::move(cache_dir)), device_(device) {}

  // Throws AttemptError.
  std::shared_ptr<const Dataset> get(const DataSpec& data, Portion portion = Portion::kTrain);

  const std::vector<std::string>& data_dirs() const { return store_.data_dirs(); }

 private:
  DatasetStore store_;
  torch::Device device_;
  std::string key_;
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace foldmill::trainer
