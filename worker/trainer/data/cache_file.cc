#include "worker/trainer/data/cache_file.h"

#include <zlib.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "worker/trainer/data/mapped_file.h"
#include "worker/trainer/data/packed_file.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "fmdata01";
constexpr size_t kAlignment = 64;

struct Head {
  std::array<char, 8> magic{};
  uint64_t description_size = 0;
  uint64_t crc = 0;
};

size_t aligned(size_t at) { return (at + kAlignment - 1) / kAlignment * kAlignment; }

// Where the parts lie.
struct Layout {
  Layout(size_t description_size, size_t label_count)
      : labels(aligned(sizeof(Head) + description_size)),
        pixels(aligned(labels + label_count * sizeof(int64_t))) {}
  size_t labels;
  size_t pixels;
};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

uint64_t checksum(std::string_view description, std::string_view labels) {
  uLong crc = 0;
  for (const std::string_view part : {description, labels})
    if (!part.empty())  // zlib starts anew where there is no buffer
      crc = crc32_z(crc, reinterpret_cast<const Bytef*>(part.data()), part.size());
  return crc;
}

json describe(const std::string& key, const CachedDataset& dataset) {
  const RawDataset& raw = dataset.raw;
  return {{"key", key},
          {"images", raw.images},
          {"channels", raw.channels},
          {"height", raw.height},
          {"width", raw.width},
          {"uint8", raw.pixel_type == PixelType::kUint8},
          {"labels", raw.labels.size()},
          {"class_names", raw.class_names},
          {"fingerprint", dataset.fingerprint}};
}

// Bytes of the pixels, or 0 for sizes that no data set has.
size_t pixel_bytes(const RawDataset& raw) {
  size_t bytes = bytes_per_pixel(raw.pixel_type);
  for (const int64_t size : {raw.images, raw.channels, raw.height, raw.width}) {
    if (size <= 0 || bytes > kLargestFile * sizeof(float) / static_cast<size_t>(size)) return 0;
    bytes *= static_cast<size_t>(size);
  }
  return bytes;
}

// All but labels and pixels.
CachedDataset from_description(const json& text) {
  CachedDataset dataset;
  RawDataset& raw = dataset.raw;
  raw.images = text.at("images").get<int64_t>();
  raw.channels = text.at("channels").get<int64_t>();
  raw.height = text.at("height").get<int64_t>();
  raw.width = text.at("width").get<int64_t>();
  raw.pixel_type = text.at("uint8").get<bool>() ? PixelType::kUint8 : PixelType::kFloat32;
  raw.class_names = text.at("class_names").get<std::vector<std::string>>();
  dataset.fingerprint = text.at("fingerprint").get<std::string>();
  return dataset;
}

// Throws json::exception or returns nothing for a file of somebody else's.
std::optional<CachedDataset> parse(std::span<const std::byte> bytes, const std::string& key) {
  Head head;
  if (bytes.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, bytes.data(), sizeof head);
  if (std::string_view(head.magic.data(), head.magic.size()) != kMagic) return std::nullopt;
  if (head.description_size > bytes.size() - sizeof head) return std::nullopt;
  const std::string_view description = as_text(bytes.subspan(sizeof head, head.description_size));
  const json text = json::parse(description);
  const auto label_count = text.at("labels").get<size_t>();
  if (text.at("key") != key || label_count > bytes.size() / sizeof(int64_t)) return std::nullopt;

  CachedDataset dataset = from_description(text);
  RawDataset& raw = dataset.raw;
  const Layout layout(head.description_size, label_count);
  const size_t size = pixel_bytes(raw);
  if (size == 0 || bytes.size() != layout.pixels + size) return std::nullopt;
  const auto labels = bytes.subspan(layout.labels, label_count * sizeof(int64_t));
  if (checksum(description, as_text(labels)) != head.crc) return std::nullopt;
  raw.labels.resize(label_count);
  if (label_count > 0) std::memcpy(raw.labels.data(), labels.data(), labels.size());
  raw.pixels = bytes.subspan(layout.pixels, size);
  return dataset;
}

}  // namespace

std::optional<CachedDataset> map_cache_file(const std::filesystem::path& file,
                                            const std::string& key) {
  const std::shared_ptr<const MappedFile> mapped = MappedFile::open(file);
  if (!mapped) return std::nullopt;
  try {
    std::optional<CachedDataset> dataset = parse(mapped->bytes(), key);
    if (dataset) dataset->raw.owner = mapped;
    return dataset;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

void write_cache_file(const std::filesystem::path& file, const std::string& key,
                      const CachedDataset& dataset) {
  const std::string description =
      describe(key, dataset).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::string_view labels = as_text(std::as_bytes(std::span(dataset.raw.labels)));
  Head head;
  kMagic.copy(head.magic.data(), head.magic.size());
  head.description_size = description.size();
  head.crc = checksum(description, labels);
  const Layout layout(description.size(), dataset.raw.labels.size());
  std::string front(as_text(std::as_bytes(std::span(&head, 1))));
  front += description;
  front.resize(layout.labels);
  front += labels;
  front.resize(layout.pixels);
  write_durably(file, {front, as_text(dataset.raw.pixels)});
}

}  // namespace foldmill::trainer
