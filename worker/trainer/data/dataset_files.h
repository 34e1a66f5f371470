#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/study.h"

namespace foldmill::trainer {

// The training images, which folds are made of, or the official test images, which no training ever
// sees.
enum class Portion { kTrain, kTest };

// What is known of files before they are read: digests of their unpacked content.
struct KnownFiles {
  std::string images_sha256;
  std::string labels_sha256;
};

// Those of fashion-mnist or mnist; null for any other name.
const KnownFiles* find_known_files(const std::string& name, Portion portion);

// Where one portion of a data set lies.
struct DatasetFiles {
  std::filesystem::path images;                 // image-folder: a directory
  std::optional<std::filesystem::path> labels;  // where they have a file of their own
};

// Looks for the files of `data`'s portion in the places that its format has (docs/data.md): under
// `data.path` if it is given (relative ones are tried in every data directory), else, for known
// sets, under <data directory>/<dataset> and the data directories themselves. Throws AttemptError:
// data_missing with every place that was tried, user_error for an unknown data set, a missing
// `path`, and test images of a format that has none.
DatasetFiles locate_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs,
                            Portion portion = Portion::kTrain);

// `path` itself, or where it would lie in each of the data directories if it is relative.
std::vector<std::filesystem::path> candidate_places(const std::string& path,
                                                    const std::vector<std::string>& data_dirs);

}  // namespace foldmill::trainer
