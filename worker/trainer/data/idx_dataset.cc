#include "worker/trainer/data/idx_dataset.h"

#include "worker/trainer/data/idx_file.h"

namespace foldmill::trainer {

RawDataset read_idx_dataset(const DatasetFiles& files, const KnownFiles* known) {
  IdxFile images = read_idx(files.images, 3, known != nullptr ? known->images_sha256 : "");
  RawDataset raw;
  raw.images = images.sizes[0];
  raw.height = images.sizes[1];
  raw.width = images.sizes[2];
  raw.take(std::move(images.values));
  if (files.labels) {
    const IdxFile labels = read_idx(*files.labels, 1, known != nullptr ? known->labels_sha256 : "");
    raw.labels.assign(labels.values.begin(), labels.values.end());
    check_labels(raw, *files.labels);
  }
  return raw;
}

}  // namespace foldmill::trainer
