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

const std::array<KnownDataset, 2>& known_datasets() {
  static const std::array<KnownDataset, 2> kKnown = {
      KnownDataset{
          "fashion-mnist", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
          "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 0.2860, 0.3530},
      KnownDataset{"mnist", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                   "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 0.1307,
                   0.3081}};
  return kKnown;
}

// "…/train" for a directory; a prefix stands for itself.
std::vector<fs::path> candidate_prefixes(const DataSpec& data,
                                         const std::vector<std::string>& data_dirs) {
  std::vector<fs::path> prefixes;
  const auto add_place = [&](const fs::path& place) {
    prefixes.push_back(place / "train");
    if (!data.path.empty()) prefixes.push_back(place);
  };
  if (!data.path.empty()) {
    if (fs::path(data.path).is_absolute()) {
      add_place(data.path);
    } else {
      for (const std::string& dir : data_dirs) add_place(fs::path(dir) / data.path);
    }
    return prefixes;
  }
  for (const std::string& dir : data_dirs) {
    add_place(fs::path(dir) / data.dataset);
    add_place(dir);
  }
  return prefixes;
}

std::optional<fs::path> find_file(const fs::path& prefix, std::string_view ending) {
  for (const std::string_view packed : {"", ".gz"}) {
    fs::path path(concat(prefix.string(), "-", ending, packed));
    std::error_code error;
    if (fs::is_regular_file(path, error)) return path;
  }
  return std::nullopt;
}

void check_spec(const DataSpec& data) {
  if (data.dataset == "idx") {
    if (data.path.empty())
      throw AttemptError(EndCause::kUserError,
                         "data: `dataset: idx` needs `path`, a directory with "
                         "train-images-idx3-ubyte[.gz] and train-labels-idx1-ubyte[.gz]");
  } else if (find_known_dataset(data.dataset) == nullptr) {
    throw AttemptError(EndCause::kUserError,
                       concat("data: data set '", data.dataset,
                              "' is not known here; known are fashion-mnist, mnist and idx"));
  }
}

}  // namespace

const KnownDataset* find_known_dataset(const std::string& name) {
  for (const KnownDataset& known : known_datasets())
    if (known.name == name) return &known;
  return nullptr;
}

DatasetFiles locate_dataset(const DataSpec& data, const std::vector<std::string>& data_dirs) {
  check_spec(data);
  std::vector<std::string> tried;
  for (const fs::path& prefix : candidate_prefixes(data, data_dirs)) {
    tried.push_back(concat(prefix.string(), "-", kImages, "[.gz]"));
    const auto images = find_file(prefix, kImages);
    if (!images) continue;
    DatasetFiles files{*images, find_file(prefix, kLabels)};
    if (!files.labels && data.dataset != "idx")
      throw AttemptError(EndCause::kDataMissing,
                         concat("data set ", data.dataset, ": found ", images->string(),
                                " but not ", prefix.string(), "-", kLabels, "[.gz] beside it"));
    return files;
  }
  throw AttemptError(
      EndCause::kDataMissing,
      concat("data set ", data.dataset, " was not found; looked for ",
             tried.empty() ? "nothing, the worker has no data directory" : join(tried, ", "),
             "; name its directory with the worker's --data-dir, or in `data.path`"));
}

}  // namespace foldmill::trainer
