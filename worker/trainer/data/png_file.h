#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace foldmill::trainer {

struct GreyImage {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint8_t> pixels;  // row by row
};

// Reads any PNG as 8 bit grey: colours by their luminance, transparency left out, of 16 bit the
// upper 8. Throws AttemptError: data_missing with libpng's words about a damaged file, user_error
// in a trainer that was built without libpng.
GreyImage read_png(const std::filesystem::path& path);

}  // namespace foldmill::trainer
