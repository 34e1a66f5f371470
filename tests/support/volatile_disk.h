#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::testing {

// How much of what was not synced survives.
struct PowerCut {
  uint64_t seed = 0;
  // The share that does, chosen at random for each sector of each write and each name on its own,
  // which is as if the disk had written them in any order.
  double share = 0;
};

// What a disk would hold after a power cut: of each file the content at its last sync, and the
// writes since then, which may or may not be there. Files whose creation was not synced may be
// gone, files whose removal was not synced may be back.
class VolatileDisk {
 public:
  void created(const std::string& path);  // or opened: known files stay as they are
  void written(const std::string& path, int64_t offset, std::string_view data);
  void truncated(const std::string& path, int64_t size);
  void synced(const std::string& path);
  void sync_failed(const std::string& path);  // as Linux does it: these writes are not tried again
  void removed(const std::string& path, bool durably);

  // Makes the files what they are after the cut, and forgets the past.
  void cut(const PowerCut& cut);

 private:
  struct Write {
    int64_t offset;    // or the new size
    std::string data;  // empty: a truncation
  };
  struct File {
    bool named = false;    // its name is durable
    bool removed = false;  // but not durably
    std::string durable;
    std::vector<Write> pending;
  };
  static void apply(const Write& write, std::string& content);
  static std::string surviving(const File& file, const PowerCut& cut, std::mt19937_64& random);

  std::map<std::string, File> files_;
};

}  // namespace foldmill::testing
