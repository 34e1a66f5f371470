#include "tests/support/faulty_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdarg>
#include <utility>

namespace foldmill::testing {

namespace {

FaultyCalls* faults = nullptr;

bool fails(const char* name) { return faults && faults->fails(name); }

}  // namespace

FaultyCalls::FaultyCalls(int64_t call, int error, std::string only)
    : left_(call), error_(error), only_(std::move(only)) {
  faults = this;
}

FaultyCalls::~FaultyCalls() { faults = nullptr; }

bool FaultyCalls::fails(const char* name) {
  if ((!only_.empty() && only_ != name) || --left_ != 0) return false;
  struck_ = name;
  errno = error_;
  return true;
}

}  // namespace foldmill::testing

using foldmill::testing::fails;

// The linker puts these in the place of the C library's.
extern "C" {

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return fails("open") ? -1 : __real_open(path, flags, mode);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return fails("fcntl") ? -1 : __real_fcntl(fd, command, argument);
}

int __real_mkostemp(char* path, int flags);
int __wrap_mkostemp(char* path, int flags) {
  return fails("mkostemp") ? -1 : __real_mkostemp(path, flags);
}

ssize_t __real_read(int fd, void* data, size_t size);
ssize_t __wrap_read(int fd, void* data, size_t size) {
  return fails("read") ? -1 : __real_read(fd, data, size);
}

ssize_t __real_write(int fd, const void* data, size_t size);
ssize_t __wrap_write(int fd, const void* data, size_t size) {
  return fails("write") ? -1 : __real_write(fd, data, size);
}

off_t __real_lseek(int fd, off_t offset, int whence);
off_t __wrap_lseek(int fd, off_t offset, int whence) {
  return fails("lseek") ? -1 : __real_lseek(fd, offset, whence);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd) { return fails("fsync") ? -1 : __real_fsync(fd); }

int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size) {
  return fails("ftruncate") ? -1 : __real_ftruncate(fd, size);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode) { return fails("fchmod") ? -1 : __real_fchmod(fd, mode); }

int __real_rename(const char* from, const char* to);
int __wrap_rename(const char* from, const char* to) {
  return fails("rename") ? -1 : __real_rename(from, to);
}

int __real_renameat2(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags);
int __wrap_renameat2(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags) {
  return fails("renameat2") ? -1 : __real_renameat2(from_directory, from, to_directory, to, flags);
}

int __real_unlink(const char* path);
int __wrap_unlink(const char* path) { return fails("unlink") ? -1 : __real_unlink(path); }

int __real_statfs(const char* path, struct statfs* info);
int __wrap_statfs(const char* path, struct statfs* info) {
  return fails("statfs") ? -1 : __real_statfs(path, info);
}

int __real_gethostname(char* name, size_t size);
int __wrap_gethostname(char* name, size_t size) {
  return fails("gethostname") ? -1 : __real_gethostname(name, size);
}

}  // extern "C"
