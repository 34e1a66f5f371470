#include "worker/trainer/data/npy_dataset.h"

#include <array>
#include <cstring>
#include <optional>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/npy_file.h"
#include "worker/trainer/data/packed_file.h"
#include "worker/trainer/data/zip_file.h"

namespace foldmill::trainer {
namespace {

using Names = std::array<const char*, 3>;
constexpr Names kImageNames = {"images", "x_train", "x"};
constexpr Names kLabelNames = {"labels", "y_train", "y"};

struct Arrays {
  NpyArray images;
  std::optional<NpyArray> labels;
};

std::optional<NpyArray> find_member(const ZipFile& archive, const std::filesystem::path& path,
                                    const Names& names) {
  for (const char* name : names) {
    const std::string member = concat(name, ".npy");
    if (archive.has(member))
      return parse_npy(archive.read(member), concat(path.string(), ", member ", member));
  }
  return std::nullopt;
}

Arrays read_archive(const std::filesystem::path& path) {
  const ZipFile archive(path);
  std::optional<NpyArray> images = find_member(archive, path, kImageNames);
  if (!images)
    fail_data(path, concat("has no array images, x_train or x; it holds ",
                           archive.names().empty() ? "nothing" : join(archive.names(), ", "),
                           "; save it with numpy.savez(file, images=…, labels=…)"));
  return {*std::move(images), find_member(archive, path, kLabelNames)};
}

Arrays read_files(const DatasetFiles& files) {
  Arrays arrays{parse_npy(read_packed_file(files.images), files.images), std::nullopt};
  if (files.labels) arrays.labels = parse_npy(read_packed_file(*files.labels), *files.labels);
  return arrays;
}

std::string describe(const std::vector<int64_t>& shape) {
  std::vector<std::string> sizes;
  for (const int64_t size : shape) sizes.push_back(std::to_string(size));
  return concat("(", join(sizes, ", "), ")");
}

void set_shape(RawDataset& raw, const NpyArray& array) {
  std::vector<int64_t> shape = array.shape;
  // One channel may stand before or behind height and width: the values lie the same.
  if (shape.size() == 4 && shape[1] == 1) {
    shape.erase(shape.begin() + 1);
  } else if (shape.size() == 4 && shape[3] == 1) {
    shape.pop_back();
  } else if (shape.size() == 4) {
    fail_data(array.where, concat("holds images of several channels, shape ", describe(shape),
                                  "; the networks take grey images: save them with one channel"));
  }
  if (shape.size() != 3)
    fail_data(array.where, concat("has shape ", describe(shape),
                                  "; images are (n, height, width): use array.reshape"));
  raw.images = shape[0];
  raw.height = shape[1];
  raw.width = shape[2];
}

template <class Value>
std::vector<float> unit_floats(const NpyArray& array, int64_t per_image) {
  const std::string_view bytes = array.values();
  std::vector<float> pixels(bytes.size() / sizeof(Value));
  for (size_t i = 0; i < pixels.size(); ++i) {
    Value value;
    std::memcpy(&value, bytes.data() + i * sizeof(Value), sizeof(Value));
    if (!(value >= 0 && value <= 1))  // neither is NaN
      fail_data(array.where, concat("holds pixel ", format_number(static_cast<double>(value)),
                                    " in image ", static_cast<int64_t>(i) / per_image,
                                    "; floats must lie in [0, 1]: divide by 255, or save bytes "
                                    "with .astype(numpy.uint8)"));
    pixels[i] = static_cast<float>(value);
  }
  return pixels;
}

void set_pixels(RawDataset& raw, const NpyArray& array) {
  const std::string_view bytes = array.values();
  if (array.type == "u1") {
    raw.take(std::vector<uint8_t>(bytes.begin(), bytes.end()));
  } else if (array.type == "f4") {
    raw.take(unit_floats<float>(array, raw.height * raw.width));
  } else if (array.type == "f8") {
    raw.take(unit_floats<double>(array, raw.height * raw.width));
  } else {
    fail_data(array.where, concat("holds images of type ", array.type,
                                  "; save them with .astype(numpy.uint8), or as floats in [0, 1]"));
  }
}

void set_labels(RawDataset& raw, const NpyArray& array) {
  const bool column = array.shape.size() == 2 && array.shape[1] == 1;
  if (array.shape.size() != 1 && !column)
    fail_data(array.where, concat("has shape ", describe(array.shape),
                                  "; labels are one class number per image, shape (n)"));
  raw.labels = integers_of(array);
  check_labels(raw, array.where);
}

}  // namespace

RawDataset read_npy_dataset(const DatasetFiles& files) {
  const Arrays arrays =
      files.images.extension() == ".npz" ? read_archive(files.images) : read_files(files);
  RawDataset raw;
  set_shape(raw, arrays.images);
  set_pixels(raw, arrays.images);
  if (arrays.labels) set_labels(raw, *arrays.labels);
  return raw;
}

}  // namespace foldmill::trainer
