#include "worker/trainer/data/raw_dataset.h"

#include "core/sha256.h"
#include "core/text.h"
#include "worker/trainer/data/data_error.h"

namespace foldmill::trainer {
namespace {

constexpr int64_t kMostClasses = 65'536;  // catches columns and arrays that hold no classes

template <class Value>
void hand_over(RawDataset& raw, PixelType type, std::vector<Value> values) {
  const auto kept = std::make_shared<const std::vector<Value>>(std::move(values));
  raw.pixel_type = type;
  raw.pixels = std::as_bytes(std::span<const Value>(*kept));
  raw.owner = kept;
}

}  // namespace

size_t bytes_per_pixel(PixelType type) { return type == PixelType::kUint8 ? 1 : sizeof(float); }

void RawDataset::take(std::vector<uint8_t> values) {
  hand_over(*this, PixelType::kUint8, std::move(values));
}

void RawDataset::take(std::vector<float> values) {
  hand_over(*this, PixelType::kFloat32, std::move(values));
}

void check_labels(const RawDataset& raw, const std::filesystem::path& where) {
  if (raw.labels.empty()) return;
  if (static_cast<int64_t>(raw.labels.size()) != raw.images)
    fail_data(where, concat("holds ", raw.labels.size(), " labels for ", raw.images,
                            " images: they do not belong together"));
  for (size_t i = 0; i < raw.labels.size(); ++i)
    if (raw.labels[i] < 0 || raw.labels[i] >= kMostClasses)
      fail_data(where, concat("the label of image ", i, " is ", raw.labels[i],
                              "; labels are class numbers, from 0 to ", kMostClasses - 1));
}

std::string fingerprint_of(const RawDataset& raw) {
  Sha256 digest;
  digest.update(concat(raw.pixel_type == PixelType::kUint8 ? "uint8" : "float32", " ", raw.images,
                       " ", raw.channels, " ", raw.height, " ", raw.width, "\n"));
  digest.update(raw.pixels);
  digest.update(std::as_bytes(std::span(raw.labels)));
  return digest.hex();
}

}  // namespace foldmill::trainer
