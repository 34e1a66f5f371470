#include "worker/trainer/data/dataset_files.h"

#include <array>
#include <string_view>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImages = "images-idx3-ubyte";
constexpr std::string_view kLabels = "labels-idx1-ubyte";
constexpr std::string_view kTrain = "train";  // what IDX files begin with
constexpr std::string_view kTest = "t10k";

// Looks at one place; notes in `tried` what it looked for and did not find.
using Finder = std::optional<DatasetFiles> (*)(const fs::path& place,
                                               std::vector<std::string>& tried);

struct Format {
  std::string_view dataset;
  std::string_view path;  // what `path` is, for messages; empty where it may be left out
  Finder find;
  Finder find_test;  // null: the format has no test images of its own
};

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::optional<fs::path> find_idx_file(const fs::path& prefix, std::string_view ending) {
  for (const std::string_view packed : {"", ".gz"}) {
    fs::path path(concat(prefix.string(), "-", ending, packed));
    if (is_file(path)) return path;
  }
  return std::nullopt;
}

std::optional<DatasetFiles> find_idx_files(const std::vector<fs::path>& prefixes,
                                           std::vector<std::string>& tried) {
  for (const fs::path& prefix : prefixes) {
    if (const auto images = find_idx_file(prefix, kImages))
      return DatasetFiles{*images, find_idx_file(prefix, kLabels)};
    tried.push_back(concat(prefix.string(), "-", kImages, "[.gz]"));
  }
  return std::nullopt;
}

// A directory, or a prefix before "-images-idx3-ubyte".
std::optional<DatasetFiles> find_idx(const fs::path& place, std::vector<std::string>& tried) {
  return find_idx_files({place / kTrain, place}, tried);
}

// In the same directory, or beside the prefix.
std::optional<DatasetFiles> find_test_idx(const fs::path& place, std::vector<std::string>& tried) {
  std::vector<fs::path> prefixes = {place / kTest};
  if (place.filename() == kTrain) prefixes.push_back(place.parent_path() / kTest);
  return find_idx_files(prefixes, tried);
}

// An .npz, an .npy with labels.npy beside it or not, or a directory of images.npy and labels.npy.
std::optional<DatasetFiles> find_npy(const fs::path& place, std::vector<std::string>& tried) {
  for (const fs::path& images : {place, place / "images.npy"}) {
    tried.push_back(images.string());
    if (!is_file(images)) continue;
    const fs::path labels = images.parent_path() / "labels.npy";
    const bool separate = images.extension() != ".npz" && images != labels && is_file(labels);
    return DatasetFiles{images, separate ? std::optional(labels) : std::nullopt};
  }
  return std::nullopt;
}

std::optional<DatasetFiles> find_folder(const fs::path& place, std::vector<std::string>& tried) {
  std::error_code ignored;
  if (fs::is_directory(place, ignored)) return DatasetFiles{place, std::nullopt};
  tried.push_back(concat(place.string(), "/"));
  return std::nullopt;
}

std::optional<DatasetFiles> find_csv(const fs::path& place, std::vector<std::string>& tried) {
  if (is_file(place)) return DatasetFiles{place, std::nullopt};
  tried.push_back(place.string());
  return std::nullopt;
}

constexpr std::array<Format, 6> kFormats = {{
    {"fashion-mnist", "", &find_idx, &find_test_idx},
    {"mnist", "", &find_idx, &find_test_idx},
    {"idx", "a directory with train-images-idx3-ubyte[.gz] and train-labels-idx1-ubyte[.gz]",
     &find_idx, &find_test_idx},
    {"npy", "an .npz file, an .npy file, or a directory with images.npy and labels.npy", &find_npy,
     nullptr},
    {"image-folder", "a directory with a folder of PNG images for each class", &find_folder,
     nullptr},
    {"csv", "a .csv or .csv.gz file with one image per line", &find_csv, nullptr},
}};

const Format& format_of(const DataSpec& data) {
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (format.dataset == data.dataset) {
      if (data.path.empty() && !format.path.empty())
        throw AttemptError(EndCause::kUserError, concat("data: `dataset: ", data.dataset,
                                                        "` needs `path`, ", format.path));
      return format;
    }
    names.emplace_back(format.dataset);
  }
  throw AttemptError(EndCause::kUserError,
                     concat("data: data set '", data.dataset, "' is not known here; known are ",
                            join(names, ", ")));
}

// Known sets need no path: they may have a directory of their name, or lie in the open.
std::vector<fs::path> places_of(const DataSpec& data, const std::vector<std::string>& data_dirs) {
  if (!data.path.empty()) return candidate_places(data.path, data_dirs);
  std::vector<fs::path> places;
  for (const std::string& dir : data_dirs)
    places.insert(places.end(), {dir + "/" + data.dataset, dir});
  return places;
}

std::string_view name_of(Portion portion) { return portion == Portion::kTrain ? kTrain : kTest; }

Finder finder_of(const Format& format, Portion portion) {
  if (portion == Portion::kTrain) return format.find;
  if (format.find_test != nullptr) return format.find_test;
  throw AttemptError(EndCause::kUserError,
                     concat("data: `dataset: ", format.dataset,
                            "` has no official test images; use IDX files (`dataset: idx`), where "
                            "they are named t10k"));
}

}  // namespace

const KnownFiles* find_known_files(const std::string& name, Portion portion) {
  struct Known {
    std::string name;
    KnownFiles train;
    KnownFiles test;
  };
  static const std::array<Known, 2> kKnown = {{
      {"fashion-mnist",
       {"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
       {"5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"}},
      {"mnist",
       {"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
       {"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}},
  }};
  for (const Known& known : kKnown)
    if (known.name == name) return portion == Portion::kTrain ? &known.train : &known.test;
  return nullptr;
}

std::vector<fs::path> candidate_places(const std::string& path,
                                       const std::vector<std::string>& data_dirs) {
  if (fs::path(path).is_absolute()) return {path};
  std::vector<fs::path> places;
  for (const std::string& dir : data_dirs) places.push_back(fs::path(dir) / path);
  return places;
}

DatasetFiles locate_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs,
                            Portion portion) {
  const Finder find = finder_of(format_of(data), portion);
  std::vector<std::string> tried;
  for (const fs::path& place : places_of(data, data_dirs)) {
    const std::optional<DatasetFiles> files = find(place, tried);
    if (!files) continue;
    if (!files->labels && find_known_files(data.dataset, portion) != nullptr)
      throw AttemptError(EndCause::kDataMissing,
                         concat("data set ", data.dataset, ": found ", files->images.string(),
                                " but not ", name_of(portion), "-", kLabels, "[.gz] beside it"));
    return *files;
  }
  throw AttemptError(
      EndCause::kDataMissing,
      concat(portion == Portion::kTrain ? "data set " : "the test images of data set ",
             data.dataset, portion == Portion::kTrain ? " was" : " were", " not found; looked for ",
             tried.empty() ? "nothing, the worker has no data directory" : join(tried, ", "),
             "; name its directory with the worker's --data-dir, or in `data.path`"));
}

}  // namespace foldmill::trainer
