#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace foldmill::trainer {

// One IDX file of unsigned bytes, as MNIST introduced them: two zero bytes, the type (8), the
// number of dimensions, one big-endian 32-bit size per dimension, then the values.
struct IdxFile {
  std::vector<int64_t> sizes;
  std::vector<uint8_t> values;  // product of sizes
};

// Reads a file, gzipped or not, of exactly `dimensions` dimensions. With `sha256` (64 hex digits;
// empty for files whose digest nobody knows) the decompressed content must have that digest: the
// packed one differs between distributors. Throws AttemptError (data_missing) with path and reason.
IdxFile read_idx(const std::filesystem::path& path, size_t dimensions, const std::string& sha256);

}  // namespace foldmill::trainer
