#pragma once

#include "worker/trainer/data/dataset_files.h"
#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// Images and labels of NumPy arrays: one .npz with both (images, x_train or x; labels, y_train or
// y), or an .npy each. Images are [n, h, w], [n, 1, h, w] or [n, h, w, 1], of uint8 or of floats
// in [0, 1]. Throws AttemptError (data_missing).
RawDataset read_npy_dataset(const DatasetFiles& files);

}  // namespace foldmill::trainer
