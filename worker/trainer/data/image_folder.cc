#include "worker/trainer/data/image_folder.h"

#include <algorithm>
#include <cctype>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/packed_file.h"
#include "worker/trainer/data/png_file.h"

namespace foldmill::trainer {
namespace {

namespace fs = std::filesystem;

bool is_png(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& letter : ending)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return ending == ".png";
}

// The visible entries of a directory, by name; links count as what they lead to.
std::vector<fs::path> entries(const fs::path& directory) {
  std::vector<fs::path> paths;
  try {
    for (const auto& entry : fs::directory_iterator(directory))
      if (!entry.path().filename().string().starts_with('.')) paths.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    fail_data(directory, concat("cannot be listed: ", error.code().message()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void append(RawDataset& raw, std::vector<uint8_t>& pixels, const GreyImage& image,
            const fs::path& path, const fs::path& first) {
  if (raw.images == 0) {
    raw.height = image.height;
    raw.width = image.width;
  }
  if (image.height != raw.height || image.width != raw.width)
    fail_data(path, concat("is ", image.width, "x", image.height, " pixels, ", first.string(),
                           " is ", raw.width, "x", raw.height, "; all images must be of one size"));
  pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
  if (pixels.size() > kLargestFile) fail_data(path, "makes the data set larger than 4 GiB");
  ++raw.images;
}

}  // namespace

std::vector<ClassFolder> list_image_folder(const fs::path& root) {
  std::vector<ClassFolder> classes;
  for (const fs::path& directory : entries(root)) {
    std::error_code ignored;
    if (!fs::is_directory(directory, ignored)) continue;
    ClassFolder folder{directory.filename().string(), {}};
    for (const fs::path& file : entries(directory))
      if (is_png(file)) folder.files.push_back(file);
    if (folder.files.empty())
      fail_data(directory, "holds no PNG images; each folder of an image-folder is a class");
    classes.push_back(std::move(folder));
  }
  if (classes.empty()) fail_data(root, "holds no folders; an image-folder is <path>/<class>/*.png");
  return classes;
}

RawDataset read_image_folder(const fs::path& root) {
  const std::vector<ClassFolder> classes = list_image_folder(root);
  RawDataset raw;
  std::vector<uint8_t> pixels;
  for (const ClassFolder& folder : classes) {
    for (const fs::path& file : folder.files) {
      append(raw, pixels, read_png(file), file, classes[0].files[0]);
      raw.labels.push_back(static_cast<int64_t>(raw.class_names.size()));
    }
    raw.class_names.push_back(folder.name);
  }
  raw.take(std::move(pixels));
  return raw;
}

}  // namespace foldmill::trainer
