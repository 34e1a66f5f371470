#include "storage/posix.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/text.h"

namespace foldmill::storage {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {

StatusCode code_of_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return StatusCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return StatusCode::kResourceExhausted;
    default:
      return StatusCode::kUnavailable;
  }
}

}  // namespace

Status errno_status(int error, std::string_view doing, const std::filesystem::path& path) {
  return {code_of_errno(error), concat(doing, " ", path.native(), ": ", std::strerror(error))};
}

Status write_all(int fd, std::string_view data, const std::filesystem::path& path) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_status(errno, "writing", path);
    data.remove_prefix(static_cast<size_t>(written));
  }
  return ok_status();
}

Result<std::string> read_some(int fd, size_t limit, const std::filesystem::path& path) {
  std::string data(limit, '\0');
  size_t size = 0;
  while (size < limit) {
    const ssize_t got = ::read(fd, data.data() + size, limit - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_status(errno, "reading", path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  data.resize(size);
  return data;
}

Status sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return errno_status(errno, "opening", directory);
  if (::fsync(fd.get()) != 0) return errno_status(errno, "syncing", directory);
  return ok_status();
}

std::filesystem::path real_path(const std::filesystem::path& path) {
  constexpr int kMostLinks = 40;  // as the kernel
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path at = path;
  // By hand, because weakly_canonical() does not follow a link to what is not there.
  for (int links = 0; links < kMostLinks && fs::is_symlink(at, error); ++links)
    at = at.parent_path() / fs::read_symlink(at, error);
  const fs::path real = fs::weakly_canonical(fs::absolute(at), error);
  return error ? path : real;
}

bool is_writable(const std::filesystem::path& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

}  // namespace foldmill::storage
