#include "worker/trainer/data/png_file.h"

#include <png.h>

#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"

namespace foldmill::trainer {
namespace {

constexpr png_uint_32 kLargestSide = 1 << 14;

// libpng tells of errors by longjmp. The functions that set the jump's target therefore hold
// nothing that has a destructor, and only libpng's own frames are jumped over.
class PngReader {
 public:
  explicit PngReader(const std::filesystem::path& path) : path_(path) {
    file_.reset(std::fopen(path.c_str(), "rb"));
    if (!file_) fail_data(path, concat("cannot be opened: ", std::strerror(errno)));
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::on_error, &ignore);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  GreyImage read() {
    if (!read_header()) fail();
    GreyImage image;
    image.height = png_get_image_height(png_, info_);
    image.width = png_get_image_width(png_, info_);
    if (png_get_rowbytes(png_, info_) != static_cast<size_t>(image.width))
      fail_data(path_, "is a PNG of a kind that cannot be turned to grey");
    image.pixels.resize(static_cast<size_t>(image.height * image.width));
    std::vector<png_bytep> rows;
    for (int64_t y = 0; y < image.height; ++y)
      rows.push_back(image.pixels.data() + y * image.width);
    if (!read_rows(rows.data())) fail();
    return image;
  }

 private:
  static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->message_, sizeof self->message_, "%s", message);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}  // warnings: the image is whole

  [[noreturn]] void fail() const {
    fail_data(path_, concat("is no sound PNG (", std::string_view(message_), "); copy it again"));
  }

  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_init_io(png_, file_.get());
    png_set_user_limits(png_, kLargestSide, kLargestSide);
    png_read_info(png_, info_);
    png_set_strip_16(png_);
    png_set_expand(png_);  // palettes to colours, 1, 2 and 4 bit to 8
    png_set_strip_alpha(png_);
    if ((png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0)
      png_set_rgb_to_gray(png_, PNG_ERROR_ACTION_NONE, PNG_RGB_TO_GRAY_DEFAULT,
                          PNG_RGB_TO_GRAY_DEFAULT);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  const std::filesystem::path& path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[200] = "";
};

}  // namespace

GreyImage read_png(const std::filesystem::path& path) { return PngReader(path).read(); }

}  // namespace foldmill::trainer
