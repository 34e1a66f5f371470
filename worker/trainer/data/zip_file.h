#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::trainer {

// A ZIP archive in memory, as numpy.savez and savez_compressed write it: members stored or
// deflated (PKWARE APPNOTE 6.3). No ZIP64, no encryption, one part.
class ZipFile {
 public:
  // Reads the file and its directory. Throws AttemptError (data_missing).
  explicit ZipFile(std::filesystem::path path);

  std::vector<std::string> names() const;  // sorted
  bool has(const std::string& name) const { return members_.contains(name); }
  // A member's content, its size and CRC-32 checked. Throws AttemptError (data_missing).
  std::string read(const std::string& name) const;

 private:
  struct Member {
    uint32_t flags = 0;
    uint32_t method = 0;
    uint32_t crc = 0;
    uint32_t packed_size = 0;
    uint32_t size = 0;
    uint32_t at = 0;  // of the local header
  };

  // A member's bytes as they are stored. `where` names it in messages.
  std::string_view packed(const Member& member, const std::filesystem::path& where) const;
  size_t find_directory_end() const;
  void read_directory();
  uint32_t number(size_t at, size_t bytes) const;

  std::filesystem::path path_;
  std::string content_;
  std::map<std::string, Member> members_;
};

}  // namespace foldmill::trainer
