#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace foldmill::storage {

// Owns a file descriptor. Movable.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// "writing /a/b: No space left on device", with the code that fits errno: not_found,
// permission_denied (also a read-only file system), resource_exhausted (full, quota), else
// unavailable.
Status errno_status(int error, std::string_view doing, const std::filesystem::path& path);

Status write_all(int fd, std::string_view data, const std::filesystem::path& path);
// What is there from the current position on, `limit` bytes at most; empty at the end.
Result<std::string> read_some(int fd, size_t limit, const std::filesystem::path& path);
// Makes the names in a directory durable.
Status sync_directory(const std::filesystem::path& directory);
// The absolute path of what symlinks lead to, whether it is there or not: two names of one file
// have the same. `path` itself where that cannot be told.
std::filesystem::path real_path(const std::filesystem::path& path);
// As the effective user, read-only file systems included.
bool is_writable(const std::filesystem::path& path);

}  // namespace foldmill::storage
