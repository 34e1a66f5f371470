#include "worker/trainer/data/csv_file.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/packed_file.h"
#include "worker/trainer/data/text_pieces.h"

namespace foldmill::trainer {
namespace {

std::optional<double> number_in(std::string_view field) {
  field = trim(field, " \t");
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const bool last = line.find(',') == std::string_view::npos;
    fields.push_back(next_piece(line, ','));
    if (last) return fields;
  }
}

// 0 unless `count` is a square from 1 on.
int64_t side_of(size_t count) {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(count))));
  return side * side == static_cast<int64_t>(count) ? side : 0;
}

constexpr size_t kFewestNames = 16;

// The names that pandas gives to columns without any: no image of some size begins like that.
bool are_numbers_from_0(const std::vector<std::string_view>& fields) {
  for (size_t i = 0; i < fields.size(); ++i)
    if (trim(fields[i], " \t\"'") != concat(i)) return false;
  return fields.size() >= kFewestNames;
}

struct Place {
  size_t line = 0;  // 0: nowhere
  size_t column = 0;
};

class CsvReader {
 public:
  explicit CsvReader(const std::filesystem::path& path)
      : path_(path), content_(read_packed_file(path)) {}

  RawDataset read() {
    std::string_view rest = content_;
    while (!rest.empty()) {
      const std::string_view line = trim(next_piece(rest, '\n'), " \t\r");
      ++line_;
      if (line.empty()) continue;
      if (columns_ != 0 || !read_head(split(line))) read_row(line);
    }
    if (pixels_.empty()) fail_data(path_, "holds no images");
    raw_.images = static_cast<int64_t>(pixels_.size()) / (raw_.height * raw_.width);
    set_pixels();
    check_labels(raw_, path_);
    return std::move(raw_);
  }

 private:
  [[noreturn]] void fail(Place place, std::string_view why) const {
    fail_data(concat(path_.string(), ":", place.line), concat("column ", place.column, " ", why));
  }

  // Learns what the columns are from the first line that is not blank; true if that is only names.
  bool read_head(const std::vector<std::string_view>& fields) {
    columns_ = fields.size();
    for (size_t i = 0; i < fields.size(); ++i) {
      const std::string_view name = trim(fields[i], " \t\"'");
      if (name == "label" || name == "class") label_ = i;
    }
    if (trim(fields[0], " \t\"'").empty())
      fail({line_, 1},
           "has no name, as where pandas writes its row numbers; write the file with "
           "index=False");
    const bool names = label_ || !number_in(fields[0]) || are_numbers_from_0(fields);
    if (!label_ && side_of(columns_ - 1) > 0) label_ = 0;
    raw_.height = raw_.width = side_of(columns_ - (label_ ? 1 : 0));
    if (raw_.height == 0)
      fail_data(concat(path_.string(), ":", line_),
                concat("has ", columns_,
                       " columns; images are square, with one column more for "
                       "labels: 784 or 785 columns for 28x28 pixels, say"));
    return names;
  }

  void read_row(std::string_view line) {
    size_t column = 0;
    for (bool last = false; !last; ++column) {
      last = line.find(',') == std::string_view::npos;
      const std::string_view field = next_piece(line, ',');
      const std::optional<double> value = number_in(field);
      const Place place{line_, column + 1};
      if (!value) fail(place, concat("holds '", sound_utf8(field, 40), "', which is no number"));
      if (label_ && column == *label_) {
        add_label(*value, place);
      } else {
        add_pixel(*value, place);
      }
    }
    if (column != columns_)
      fail_data(concat(path_.string(), ":", line_),
                concat("has ", column, " columns, the first line has ", columns_));
  }

  void add_label(double value, Place place) {
    if (value != std::floor(value) || std::abs(value) > 1e15)
      fail(place, concat("holds label ", format_number(value), "; labels are class numbers"));
    raw_.labels.push_back(static_cast<int64_t>(value));
  }

  void add_pixel(double value, Place place) {
    if (value < 0 || value > 255)
      fail(place, concat("holds pixel ", format_number(value),
                         "; pixels are 0 to 255, or floats in [0, 1]"));
    if (fraction_.line == 0 && value != std::floor(value)) fraction_ = place;
    if (above_one_.line == 0 && value > 1) above_one_ = place;
    pixels_.push_back(static_cast<float>(value));
  }

  void set_pixels() {
    if (above_one_.line == 0) {
      raw_.take(std::move(pixels_));
      return;
    }
    if (fraction_.line != 0)
      fail(fraction_,
           concat("holds a fraction, but line ", above_one_.line, " column ", above_one_.column,
                  " a pixel above 1; pixels are whole numbers from 0 to 255, or all of "
                  "them lie in [0, 1]"));
    raw_.take(std::vector<uint8_t>(pixels_.begin(), pixels_.end()));
  }

  const std::filesystem::path& path_;
  std::string content_;
  RawDataset raw_;
  std::vector<float> pixels_;
  size_t line_ = 0;
  size_t columns_ = 0;  // 0 before the first line
  std::optional<size_t> label_;
  Place fraction_;   // the first pixel that is not whole
  Place above_one_;  // the first pixel above 1
};

}  // namespace

RawDataset read_csv(const std::filesystem::path& path) { return CsvReader(path).read(); }

}  // namespace foldmill::trainer
