#include "tests/support/volatile_disk.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace foldmill::testing {

namespace {

namespace fs = std::filesystem;

constexpr size_t kSector = 512;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool survives(const PowerCut& cut, std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53 < cut.share;
}

}  // namespace

void VolatileDisk::created(const std::string& path) {
  const auto [entry, is_new] = files_.try_emplace(path);
  File& file = entry->second;
  if (is_new) {
    file.durable = content_of(path);  // of before our time: all of it is on disk
    file.named = !file.durable.empty();
  } else if (file.removed) {
    file = {};
  }
}

void VolatileDisk::written(const std::string& path, int64_t offset, std::string_view data) {
  if (!data.empty()) files_[path].pending.push_back({offset, std::string(data)});
}

void VolatileDisk::truncated(const std::string& path, int64_t size) {
  files_[path].pending.push_back({size, {}});
}

void VolatileDisk::synced(const std::string& path) {
  File& file = files_[path];
  for (const Write& write : file.pending) apply(write, file.durable);
  file.pending.clear();
  file.named = true;  // SQLite syncs the directory of a file that it has made with the file
}

void VolatileDisk::sync_failed(const std::string& path) { files_[path].pending.clear(); }

void VolatileDisk::removed(const std::string& path, bool durably) {
  const auto entry = files_.find(path);
  if (entry == files_.end()) return;
  if (durably || !entry->second.named) {
    files_.erase(entry);
  } else {
    entry->second.removed = true;
  }
}

void VolatileDisk::cut(const PowerCut& cut) {
  std::mt19937_64 random(cut.seed);
  for (const auto& [path, file] : files_) {
    const bool there = file.removed ? !survives(cut, random) : file.named || survives(cut, random);
    if (there) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << surviving(file, cut, random);
    } else {
      fs::remove(path);
    }
  }
  files_.clear();
}

void VolatileDisk::apply(const Write& write, std::string& content) {
  const auto offset = static_cast<size_t>(write.offset);
  if (write.data.empty()) return content.resize(offset);
  if (content.size() < offset + write.data.size()) content.resize(offset + write.data.size());
  content.replace(offset, write.data.size(), write.data);
}

std::string VolatileDisk::surviving(const File& file, const PowerCut& cut,
                                    std::mt19937_64& random) {
  std::string content = file.durable;
  for (const Write& write : file.pending) {
    if (write.data.empty()) {
      if (survives(cut, random)) apply(write, content);
      continue;
    }
    for (size_t begin = 0; begin < write.data.size(); begin += kSector)
      if (survives(cut, random))
        apply({write.offset + static_cast<int64_t>(begin), write.data.substr(begin, kSector)},
              content);
  }
  return content;
}

}  // namespace foldmill::testing
