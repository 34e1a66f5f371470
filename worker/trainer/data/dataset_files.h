#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/study.h"

namespace foldmill::trainer {

// What is known of a data set before it is read: digests of the decompressed training files.
struct KnownDataset {
  std::string name;
  std::string images_sha256;
  std::string labels_sha256;
};

// fashion-mnist or mnist; null for any other name.
const KnownDataset* find_known_dataset(const std::string& name);

// Where the training part of a data set lies.
struct DatasetFiles {
  std::filesystem::path images;                 // image-folder: a directory
  std::optional<std::filesystem::path> labels;  // where they have a file of their own
};

// Looks for the files of `data` in the places that its format has (docs/data.md): under `data.path`
// if it is given (relative ones are tried in every data directory), else, for known sets, under
// <data directory>/<dataset> and the data directories themselves. Throws AttemptError: data_missing
// with every place that was tried, user_error for an unknown data set or a missing `path`.
DatasetFiles locate_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs);

}  // namespace foldmill::trainer
