#pragma once

#include "worker/trainer/data/dataset_files.h"
#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// Images and labels of IDX files; those of `known` sets (null for others) must have their digests.
// Throws AttemptError (data_missing).
RawDataset read_idx_dataset(const DatasetFiles& files, const KnownFiles* known);

}  // namespace foldmill::trainer
