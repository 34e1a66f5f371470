#include "tests/e2e/small_disk.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace foldmill::e2e {

SmallDisk::SmallDisk(std::filesystem::path at, int megabytes) : at_(std::move(at)) {
  std::filesystem::create_directories(at_);
  const std::string size = "size=" + std::to_string(megabytes) + "m";
  if (::mount("tmpfs", at_.c_str(), "tmpfs", 0, size.c_str()) != 0)
    missing_ = std::string("mounting a small disk: ") + std::strerror(errno) + "; run it as root";
}

SmallDisk::~SmallDisk() {
  if (missing_.empty()) ::umount2(at_.c_str(), MNT_DETACH);
}

void SmallDisk::fill() {
  const int file =
      ::open((at_ / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  for (size_t piece = size_t{1} << 20; piece > 0; piece /= 2) {
    const std::string bytes(piece, 'x');
    while (::write(file, bytes.data(), bytes.size()) > 0) {
    }
  }
  ::close(file);
}

void SmallDisk::make_room() { std::filesystem::remove(at_ / "ballast"); }

}  // namespace foldmill::e2e
