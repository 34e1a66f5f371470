#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/study.h"
#include "worker/trainer/data/dataset_files.h"
#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// Raised when a reader's result for the same files changes: older cache files are then not used.
inline constexpr int kLoaderVersion = 1;

// Finds the data set's files and reads them, whatever the format. Throws AttemptError: data_missing
// for missing and damaged files, user_error for settings that cannot work.
RawDataset load_raw(const DataSpec& data, const std::vector<std::string>& data_dirs);

// The second half of it.
RawDataset read_dataset(const DataSpec& data, const DatasetFiles& files, Portion portion);

// SHA-256 over the loader's version, the data set's name, and path, size and time of change of
// each source file: while it stays the same, reading again would give the same. Reads no content.
// Throws AttemptError (data_missing).
std::string source_key(const DataSpec& data, const DatasetFiles& files);

}  // namespace foldmill::trainer
