#include "tests/support/disk_recorder.h"

#include <fcntl.h>
#include <sys/types.h>

#include <cstdarg>

namespace foldmill::testing {

namespace {

namespace fs = std::filesystem;

DiskRecorder* recorder = nullptr;

}  // namespace

DiskRecorder::DiskRecorder(fs::path root) : root_(std::move(root)) {
  for (const auto& entry : fs::recursive_directory_iterator(root_)) names_.insert(entry.path());
  recorder = this;
}

DiskRecorder::~DiskRecorder() { recorder = nullptr; }

bool DiskRecorder::covers(const fs::path& path) const {
  return path.native().starts_with(root_.native());
}

bool DiskRecorder::is_durable(const fs::path& path) const {
  if (unsynced_.contains(path)) return false;
  for (fs::path name = path; name != root_; name = name.parent_path())
    if (!names_.contains(name)) return false;
  return true;
}

void DiskRecorder::opened(int fd, const std::string& path) {
  if (fd >= 0) open_[fd] = path;
}

void DiskRecorder::written(int fd) {
  if (const auto file = open_.find(fd); file != open_.end() && covers(file->second))
    unsynced_.insert(file->second);
}

void DiskRecorder::synced(int fd) {
  const auto file = open_.find(fd);
  if (file == open_.end() || !covers(file->second)) return;
  unsynced_.erase(file->second);
  if (!fs::is_directory(file->second)) return;
  for (const auto& entry : fs::directory_iterator(file->second)) names_.insert(entry.path());
}

void DiskRecorder::renamed(const std::string& from, const std::string& to) {
  if (!covers(to)) return;
  if (unsynced_.erase(from) > 0) {
    torn_names_.push_back(to);
    unsynced_.insert(to);
  } else {
    unsynced_.erase(to);
  }
  names_.erase(to);
  for (auto& [fd, path] : open_)
    if (path == from) path = to;
}

}  // namespace foldmill::testing

// The linker puts these in the place of the C library's.
extern "C" {

int __real_open(const char* path, int flags, ...);
int __real_mkostemp(char* path, int flags);
ssize_t __real_write(int fd, const void* data, size_t size);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
int __real_renameat2(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags);

int __wrap_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const int fd = __real_open(path, flags, mode);
  if (foldmill::testing::recorder) foldmill::testing::recorder->opened(fd, path);
  return fd;
}

int __wrap_mkostemp(char* path, int flags) {
  const int fd = __real_mkostemp(path, flags);
  if (foldmill::testing::recorder) foldmill::testing::recorder->opened(fd, path);
  return fd;
}

ssize_t __wrap_write(int fd, const void* data, size_t size) {
  if (foldmill::testing::recorder) foldmill::testing::recorder->written(fd);
  return __real_write(fd, data, size);
}

int __wrap_fsync(int fd) {
  const int result = __real_fsync(fd);
  if (result == 0 && foldmill::testing::recorder) foldmill::testing::recorder->synced(fd);
  return result;
}

int __wrap_rename(const char* from, const char* to) {
  const int result = __real_rename(from, to);
  if (result == 0 && foldmill::testing::recorder) foldmill::testing::recorder->renamed(from, to);
  return result;
}

int __wrap_renameat2(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags) {
  const int result = __real_renameat2(from_directory, from, to_directory, to, flags);
  if (result == 0 && foldmill::testing::recorder) foldmill::testing::recorder->renamed(from, to);
  return result;
}

}  // extern "C"
