#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace foldmill::trainer {

enum class PixelType { kUint8, kFloat32 };  // 0 … 255, or [0, 1]

size_t bytes_per_pixel(PixelType type);

// The images of one data set as every reader gives them: whole, on the host, unchanged. Copies
// share the pixels.
struct RawDataset {
  int64_t images = 0;
  int64_t channels = 1;
  int64_t height = 0;
  int64_t width = 0;
  PixelType pixel_type = PixelType::kUint8;
  std::span<const std::byte> pixels;     // image by image, channel by channel, row by row
  std::shared_ptr<const void> owner;     // of the pixels: memory, or a file that is mapped
  std::vector<int64_t> labels;           // one per image, or empty
  std::vector<std::string> class_names;  // by label; empty where the format has no names

  int64_t values() const { return images * channels * height * width; }

  void take(std::vector<uint8_t> values);
  void take(std::vector<float> values);
};

// Throws AttemptError (data_missing, naming `where`) unless there are no labels or one for every
// image, all of them usable as class numbers.
void check_labels(const RawDataset& raw, const std::filesystem::path& where);

// SHA-256 over shape, type, pixels and labels: equal for equal data, however they were stored.
std::string fingerprint_of(const RawDataset& raw);

}  // namespace foldmill::trainer
