#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace foldmill::testing {

// Follows what the program under test does to the files below a directory, and knows what of it a
// power cut could take: content until its fsync, a name until the fsync of its directory. It sees
// the system calls that our own libraries make, because programs that link it are linked with
// --wrap for them. While it lives; one at a time; one thread at a time.
class DiskRecorder {
 public:
  // What is there now is on disk.
  explicit DiskRecorder(std::filesystem::path root);
  ~DiskRecorder();
  DiskRecorder(const DiskRecorder&) = delete;
  DiskRecorder& operator=(const DiskRecorder&) = delete;

  // The file would be there, whole, after a power cut.
  bool is_durable(const std::filesystem::path& path) const;
  // Names that were given to files before their content was on disk: a power cut could have left
  // half a file under them.
  const std::vector<std::string>& torn_names() const { return torn_names_; }

  // Told by the wrapped calls.
  void opened(int fd, const std::string& path);
  void written(int fd);
  void synced(int fd);
  void renamed(const std::string& from, const std::string& to);

 private:
  bool covers(const std::filesystem::path& path) const;

  std::filesystem::path root_;
  std::map<int, std::string> open_;
  std::set<std::string> unsynced_;  // content
  std::set<std::string> names_;     // durable ones, directories too
  std::vector<std::string> torn_names_;
};

}  // namespace foldmill::testing
