#include "worker/trainer/data/load_raw.h"

#include "core/sha256.h"
#include "core/text.h"
#include "worker/trainer/data/csv_file.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/idx_dataset.h"
#include "worker/trainer/data/image_folder.h"
#include "worker/trainer/data/npy_dataset.h"

namespace foldmill::trainer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImageFolder = "image-folder";

void add_file(Sha256& key, const fs::path& name, const fs::path& path) {
  key.update(concat(name.string(), '\0', fs::file_size(path), ' ',
                    fs::last_write_time(path).time_since_epoch().count(), '\n'));
}

}  // namespace

RawDataset load_raw(const DataSpec& data, const std::vector<std::string>& data_dirs) {
  return read_dataset(data, locate_dataset(data, data_dirs), Portion::kTrain);
}

RawDataset read_dataset(const DataSpec& data, const DatasetFiles& files, Portion portion) {
  if (data.dataset == "npy") return read_npy_dataset(files);
  if (data.dataset == "csv") return read_csv(files.images);
  if (data.dataset == kImageFolder) return read_image_folder(files.images);
  return read_idx_dataset(files, find_known_files(data.dataset, portion));
}

std::string source_key(const DataSpec& data, const DatasetFiles& files) {
  Sha256 key;
  key.update(concat("loader ", kLoaderVersion, " ", data.dataset, "\n"));
  try {
    if (data.dataset == kImageFolder) {
      key.update(concat(fs::canonical(files.images).string(), '\n'));
      for (const ClassFolder& folder : list_image_folder(files.images))
        for (const fs::path& file : folder.files)
          add_file(key, file.lexically_relative(files.images), file);
    } else {
      add_file(key, fs::canonical(files.images), files.images);
      if (files.labels) add_file(key, fs::canonical(*files.labels), *files.labels);
    }
  } catch (const fs::filesystem_error& error) {
    fail_data(error.path1(), concat("cannot be looked at: ", error.code().message()));
  }
  return key.hex();
}

}  // namespace foldmill::trainer
