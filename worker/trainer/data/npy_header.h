#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::trainer {

// What stands before the values of an NPY file.
struct NpyHeader {
  std::string descr;  // byte order and type, as "<f4" or "|u1"
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// Reads the header's text, a Python dictionary with exactly the keys descr, fortran_order and
// shape; nothing else of Python is understood. Throws AttemptError (data_missing).
NpyHeader parse_npy_header(std::string_view text, const std::filesystem::path& where);

}  // namespace foldmill::trainer
