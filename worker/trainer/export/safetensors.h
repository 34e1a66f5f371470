#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// The safetensors file format: eight bytes with the length of a JSON header, little-endian, the
// header (names, types, shapes and places of the tensors, and a map of strings), then the tensors'
// bytes without gaps. Nothing in it is ever run, unlike in a pickle. Free of torch.
namespace foldmill::trainer {

enum class TensorType { kFloat32, kInt64 };

int64_t byte_size(TensorType type);

struct StoredTensor {
  std::string name;
  TensorType type = TensorType::kFloat32;
  std::vector<int64_t> shape;  // empty: a single number
  std::string bytes;           // row by row, little-endian
};

struct SafetensorsFile {
  std::map<std::string, std::string> metadata;  // the header's __metadata__
  std::vector<StoredTensor> tensors;

  const StoredTensor* find(std::string_view name) const;  // null when absent
};

// The file's bytes. Every tensor begins at a multiple of its element's size: the widest come first,
// otherwise in the order given. Names are different, bytes as many as type and shape say.
std::string encode_safetensors(const SafetensorsFile& file);

// Reads such bytes, whoever made them: tensors in the order of their bytes. Throws AttemptError
// (data_missing) that begins with `name` for anything that is not exactly such a file: truncated,
// with a header beyond 100 MB, unsound JSON or UTF-8, names twice, overlaps, gaps, other sizes than
// shapes say, other types than those above.
SafetensorsFile decode_safetensors(std::string_view content, std::string_view name);

// To and from disk; written durably. Both throw AttemptError.
void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);
SafetensorsFile read_safetensors(const std::filesystem::path& path);

}  // namespace foldmill::trainer
