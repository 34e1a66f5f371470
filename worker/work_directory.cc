#include "worker/work_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/text.h"

namespace foldmill::worker {
namespace fs = std::filesystem;
namespace {

std::string as_file_name(std::string name) {
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '_';
  return name;
}

Status cannot_make(const fs::path& path, std::string_view why) {
  return permission_denied(concat("cannot make the work directory '", path.string(), "': ", why,
                                  "; choose another with --cache"));
}

}  // namespace

Result<WorkDirectory> WorkDirectory::open(const fs::path& cache, const std::string& worker_name) {
  const fs::path parent = cache / "work";
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return cannot_make(parent, error.message());
  const std::string name = as_file_name(worker_name);
  for (int number = 1;; ++number) {
    const fs::path path = parent / (number == 1 ? name : concat(name, "-", number));
    const int lock = ::open(concat(path.string(), ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC,
                            S_IRUSR | S_IWUSR);
    if (lock < 0) return cannot_make(path, std::strerror(errno));
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) {
      fs::remove_all(path, error);
      return WorkDirectory(path, lock);
    }
    const int reason = errno;
    ::close(lock);
    if (reason != EWOULDBLOCK && reason != EINTR)  // a file system without locks, say
      return cannot_make(path, concat("locking it: ", std::strerror(reason)));
    // Else another worker of that name lives.
  }
}

WorkDirectory::WorkDirectory(WorkDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

WorkDirectory::~WorkDirectory() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  ::close(lock_);  // the lock file stays: removing it would race with the next owner
}

Result<fs::path> WorkDirectory::make_slot(int slot) const {
  const fs::path path = path_ / concat("slot-", slot);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return cannot_make(path, error.message());
  return path;
}

}  // namespace foldmill::worker
