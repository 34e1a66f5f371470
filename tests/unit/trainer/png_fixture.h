#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace foldmill::trainer {

// Writes a PNG. `samples`: rows of big-endian samples of `color` (a PNG_COLOR_TYPE).
void write_png(const std::filesystem::path& path, uint32_t width, uint32_t height,
               const std::vector<uint8_t>& samples, int color = 0, int depth = 8);

}  // namespace foldmill::trainer
