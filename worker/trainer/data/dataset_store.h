#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/study.h"
#include "worker/trainer/data/cache_file.h"
#include "worker/trainer/data/dataset_files.h"

namespace foldmill::trainer {

struct StoredDataset {
  CachedDataset dataset;
  std::string key;          // see source_key
  bool from_cache = false;  // else read from its sources
};

// The data sets of a machine: read from their sources once, from then on from a directory of cache
// files that all trainers on the machine share, as long as the sources do not change. One thread
// each; processes may use one directory at the same time.
class DatasetStore {
 public:
  // Without a `cache_dir` everything is read from its sources. A directory that cannot be made or
  // written is the same: caching is never a reason to fail.
  DatasetStore(std::vector<std::string> data_dirs, std::filesystem::path cache_dir)
      : data_dirs_(std::move(data_dirs)), cache_dir_(std::move(cache_dir)) {}

  // The key of the data set as its files are now. Throws AttemptError.
  std::string key(const DataSpec& data, Portion portion = Portion::kTrain) const;
  // Throws AttemptError.
  StoredDataset load(const DataSpec& data, Portion portion = Portion::kTrain) const;

  const std::vector<std::string>& data_dirs() const { return data_dirs_; }

 private:
  std::vector<std::string> data_dirs_;
  std::filesystem::path cache_dir_;
};

}  // namespace foldmill::trainer
