#include "worker/trainer/training/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/failpoint.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what) {
  throw AttemptError(EndCause::kInternal,
                     concat("writing ", path.string(), ": ", what, ": ", std::strerror(errno)));
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) fail(path_, "open");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(fd_); }

  void write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(fd_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(path_, "write");
      content.remove_prefix(static_cast<size_t>(written));
    }
  }
  void sync() const {
    if (::fsync(fd_) != 0) fail(path_, "fsync");
  }

 private:
  std::filesystem::path path_;
  int fd_;
};

void write_synced(const std::filesystem::path& path,
                  std::initializer_list<std::string_view> pieces) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  for (const std::string_view piece : pieces) file.write(piece);
  file.sync();
}

}  // namespace

void write_durably(const std::filesystem::path& path, std::string_view content) {
  write_durably(path, std::initializer_list<std::string_view>{content});
}

void write_durably(const std::filesystem::path& path,
                   std::initializer_list<std::string_view> pieces) {
  // A name of this process's: two that write the same file must not share what is half done.
  const std::filesystem::path temporary(concat(path.string(), ".", ::getpid(), ".tmp"));
  try {
    write_synced(temporary, pieces);
    failpoint("file.before_rename");
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "rename");
    failpoint("file.after_rename");
  } catch (const AttemptError&) {
    ::unlink(temporary.c_str());
    throw;
  }
  const std::filesystem::path directory = path.parent_path();
  Descriptor(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace foldmill::trainer
