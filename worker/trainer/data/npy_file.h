#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::trainer {

// One array as NumPy writes it: little-endian, in C order.
struct NpyArray {
  std::filesystem::path where;  // for messages
  std::string type;             // kind and bytes: "u1", "f4", "f8", "i8" …
  std::vector<int64_t> shape;   // every size at least 1
  std::string content;          // the file's
  size_t begin = 0;             // of the values in it

  int64_t count() const;
  std::string_view values() const { return std::string_view(content).substr(begin); }
};

// Reads NPY format 1.0 to 3.0 (numpy.lib.format). Throws AttemptError (data_missing), with what to
// do in Python about an array of another order or type.
NpyArray parse_npy(std::string content, const std::filesystem::path& where);

// The values of an array of any integer type. Throws AttemptError for other types.
std::vector<int64_t> integers_of(const NpyArray& array);

}  // namespace foldmill::trainer
