#include "worker/trainer/data/dataset.h"

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/idx_file.h"

namespace foldmill::trainer {

Dataset load_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs,
                     torch::Device device) {
  const DatasetFiles files = locate_dataset(data, data_dirs);
  const KnownDataset* known = find_known_dataset(data.dataset);
  IdxFile images = read_idx(files.images, 3, known != nullptr ? known->images_sha256 : "");
  Dataset dataset;
  if (files.labels) {
    const IdxFile labels = read_idx(*files.labels, 1, known != nullptr ? known->labels_sha256 : "");
    if (labels.sizes[0] != images.sizes[0])
      throw AttemptError(EndCause::kDataMissing,
                         concat("data set ", data.dataset, ": ", files.images.string(), " holds ",
                                images.sizes[0], " images, ", files.labels->string(), " holds ",
                                labels.sizes[0], " labels: they do not belong together"));
    dataset.labels.assign(labels.values.begin(), labels.values.end());
  }
  dataset.images =
      torch::from_blob(images.values.data(), {images.sizes[0], 1, images.sizes[1], images.sizes[2]},
                       torch::kUInt8)
          .clone()
          .to(device);
  return dataset;
}

std::shared_ptr<const Dataset> DatasetCache::get(const DataSpec& data) {
  if (!dataset_ || name_ != data.dataset || path_ != data.path) {
    dataset_.reset();  // never two sets on the device at a time
    dataset_ = std::make_shared<const Dataset>(load_dataset(data, data_dirs_, device_));
    name_ = data.dataset;
    path_ = data.path;
  }
  return dataset_;
}

}  // namespace foldmill::trainer
