#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace foldmill::trainer {

inline constexpr size_t kLargestFile = size_t{4} << 30;  // bytes, unpacked; no data set of ours

// The content of a file, unpacked if it is gzipped. Throws AttemptError (data_missing).
std::string read_packed_file(const std::filesystem::path& path);

}  // namespace foldmill::trainer
