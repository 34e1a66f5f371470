#include "worker/trainer/data/idx_file.h"

#include <string_view>

#include "core/sha256.h"
#include "core/text.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/packed_file.h"

namespace foldmill::trainer {
namespace {

constexpr uint8_t kUnsignedByte = 0x08;

uint32_t big_endian(std::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return value;
}

void check_magic(const std::filesystem::path& path, std::string_view content, size_t dimensions) {
  if (content.size() < 4 || content[0] != 0 || content[1] != 0)
    fail_data(path, "is not an IDX file: the magic number is wrong");
  if (content[2] != kUnsignedByte)
    fail_data(path, concat("has IDX type ", int{static_cast<uint8_t>(content[2])},
                           ", only unsigned bytes (8) are read"));
  if (static_cast<uint8_t>(content[3]) != dimensions)
    fail_data(path, concat("has ", int{static_cast<uint8_t>(content[3])}, " dimensions, expected ",
                           dimensions, ": are images and labels mixed up?"));
}

}  // namespace

IdxFile read_idx(const std::filesystem::path& path, size_t dimensions, const std::string& sha256) {
  const std::string content = read_packed_file(path);
  const size_t header = 4 + 4 * dimensions;
  check_magic(path, content, dimensions);
  if (content.size() < header) fail_data(path, "is truncated: the header is not complete");
  IdxFile file;
  uint64_t expected = 1;
  for (size_t i = 0; i < dimensions; ++i) {
    const uint32_t size = big_endian(std::string_view(content).substr(4 + 4 * i, 4));
    if (size == 0) fail_data(path, "is empty: one of its sizes is 0");
    if (expected > kLargestFile / size) fail_data(path, "claims to hold more than 4 GiB");
    expected *= size;
    file.sizes.push_back(size);
  }
  const size_t held = content.size() - header;
  if (held != expected)
    fail_data(path,
              concat(held < expected ? "is truncated" : "has trailing bytes", ": its header says ",
                     expected, " values, it holds ", held, "; copy it again"));
  if (!sha256.empty()) {
    const std::string digest = sha256_hex(content);
    if (digest != sha256)
      fail_data(path, concat("has SHA-256 ", digest, " (decompressed), expected ", sha256,
                             ": it is damaged or another data set; for data of your own use "
                             "`dataset: idx`"));
  }
  file.values.assign(content.begin() + static_cast<std::ptrdiff_t>(header), content.end());
  return file;
}

}  // namespace foldmill::trainer
