#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/study.h"

namespace foldmill::trainer {

// What is known of a data set before it is read.
struct KnownDataset {
  std::string name;
  std::string images_sha256;  // of the decompressed training files
  std::string labels_sha256;
  double mean;  // of the training images' pixels in [0, 1]
  double stddev;
};

// fashion-mnist or mnist; null for any other name.
const KnownDataset* find_known_dataset(const std::string& name);

// Where the training part of a data set lies.
struct DatasetFiles {
  std::filesystem::path images;
  std::optional<std::filesystem::path> labels;  // only a set of the user's own may lack them
};

// Looks for train-images-idx3-ubyte and train-labels-idx1-ubyte, each with or without .gz: under
// `data.path` if it is given (a directory, or a prefix before "-images-idx3-ubyte"; relative ones
// are tried in every data directory), else under <data directory>/<dataset> and the data
// directories themselves. Throws AttemptError: data_missing with every place that was tried,
// user_error for an unknown data set.
DatasetFiles locate_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs);

}  // namespace foldmill::trainer
