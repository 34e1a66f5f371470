#include "tests/unit/trainer/png_fixture.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdio>

namespace foldmill::trainer {

void write_png(const std::filesystem::path& path, uint32_t width, uint32_t height,
               const std::vector<uint8_t>& samples, int color, int depth) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, width, height, depth, color, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[] = {{0, 0, 0}, {255, 255, 255}, {80, 80, 80}};
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 3);
  png_write_info(png, info);
  const size_t row = png_get_rowbytes(png, info);
  ASSERT_EQ(samples.size(), row * height);
  for (uint32_t y = 0; y < height; ++y) png_write_row(png, samples.data() + y * row);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

}  // namespace foldmill::trainer
