#include "worker/trainer/data/dataset.h"

#include <algorithm>

namespace foldmill::trainer {
namespace {

// Views the pixels where they are and keeps them alive.
torch::Tensor view(const RawDataset& raw) {
  void* pixels = const_cast<std::byte*>(raw.pixels.data());  // torch has no read-only tensors
  return torch::from_blob(
      pixels, {raw.images, raw.channels, raw.height, raw.width}, [owner = raw.owner](void*) {},
      raw.pixel_type == PixelType::kUint8 ? torch::kUInt8 : torch::kFloat32);
}

}  // namespace

Dataset make_dataset(const StoredDataset& stored, torch::Device device) {
  const RawDataset& raw = stored.dataset.raw;
  Dataset dataset;
  dataset.images = view(raw).to(device);
  if (!raw.labels.empty()) {
    dataset.label_tensor = torch::tensor(raw.labels, torch::kInt64).to(device);
    dataset.classes = *std::max_element(raw.labels.begin(), raw.labels.end()) + 1;
  }
  dataset.labels = raw.labels;
  dataset.class_names = raw.class_names;
  dataset.fingerprint = stored.dataset.fingerprint;
  dataset.from_cache = stored.from_cache;
  return dataset;
}

Dataset load_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs,
                     torch::Device device, const std::filesystem::path& cache_dir) {
  return make_dataset(DatasetStore(data_dirs, cache_dir).load(data), device);
}

std::shared_ptr<const Dataset> DatasetCache::get(const DataSpec& data, Portion portion) {
  if (!dataset_ || key_ != store_.key(data, portion)) {
    dataset_.reset();  // before the next one is there: it may have been the last to hold it
    const StoredDataset stored = store_.load(data, portion);
    dataset_ = std::make_shared<const Dataset>(make_dataset(stored, device_));
    key_ = stored.key;
  }
  return dataset_;
}

}  // namespace foldmill::trainer
