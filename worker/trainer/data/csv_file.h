#pragma once

#include <filesystem>

#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// Reads square images, one per line, from a file of comma-separated numbers, gzipped or not, with
// or without a line of column names. Labels are the column named `label` or `class`, else the first
// one if the others make a square, else there are none. Pixels are bytes if all of them are whole
// and one is above 1, else they must lie in [0, 1]. Throws AttemptError (data_missing) with line
// and column, both from 1.
RawDataset read_csv(const std::filesystem::path& path);

}  // namespace foldmill::trainer
