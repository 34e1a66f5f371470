#include "worker/trainer/data/dataset_store.h"

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/load_raw.h"

namespace foldmill::trainer {
namespace {

void try_to_write(const std::filesystem::path& file, const std::string& key,
                  const CachedDataset& dataset) {
  std::error_code ignored;  // writing fails then, too
  std::filesystem::create_directories(file.parent_path(), ignored);
  try {
    write_cache_file(file, key, dataset);
  } catch (const AttemptError&) {
    // No room or no right to write: the next process reads the sources again, that is all.
  }
}

}  // namespace

std::string DatasetStore::key(const DataSpec& data, Portion portion) const {
  return source_key(data, locate_dataset(data, data_dirs_, portion));
}

StoredDataset DatasetStore::load(const DataSpec& data, Portion portion) const {
  const DatasetFiles files = locate_dataset(data, data_dirs_, portion);
  StoredDataset stored;
  // Before the files are read: one that changes meanwhile has another key afterwards.
  stored.key = source_key(data, files);
  const std::filesystem::path file = cache_dir_ / concat(data.dataset, "-", stored.key, ".cache");
  if (!cache_dir_.empty()) {
    if (auto cached = map_cache_file(file, stored.key)) {
      stored.dataset = *std::move(cached);
      stored.from_cache = true;
      return stored;
    }
  }
  stored.dataset.raw = read_dataset(data, files, portion);
  stored.dataset.fingerprint = fingerprint_of(stored.dataset.raw);
  if (!cache_dir_.empty()) try_to_write(file, stored.key, stored.dataset);
  return stored;
}

}  // namespace foldmill::trainer
