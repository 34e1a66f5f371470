#include "tests/e2e/forgetful_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foldmill::e2e {

ForgetfulDisk::ForgetfulDisk(const std::filesystem::path& file, uint64_t seed)
    : file_(::open(file.c_str(), O_RDWR | O_CLOEXEC)), random_(seed) {}

ForgetfulDisk::~ForgetfulDisk() { ::close(file_); }

uint64_t ForgetfulDisk::size() const {
  struct stat status {};
  return ::fstat(file_, &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

bool ForgetfulDisk::read(uint64_t offset, std::span<std::byte> bytes) {
  return ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(bytes.size());
}

// The file holds what was written last, which is what is read; what it was before is kept aside.
bool ForgetfulDisk::write(uint64_t offset, std::span<const std::byte> bytes) {
  if (offset % kBlock != 0 || bytes.size() % kBlock != 0) return false;
  for (size_t done = 0; done < bytes.size(); done += kBlock) {
    std::vector<Block>& versions = unflushed_[offset + done];
    if (versions.empty() && !read(offset + done, versions.emplace_back(kBlock))) return false;
    const std::span<const std::byte> block = bytes.subspan(done, kBlock);
    versions.emplace_back(block.begin(), block.end());
  }
  return ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(bytes.size());
}

void ForgetfulDisk::flush() { unflushed_.clear(); }

void ForgetfulDisk::flush(uint64_t offset, uint64_t size) {
  unflushed_.erase(unflushed_.lower_bound(offset), unflushed_.lower_bound(offset + size));
}

bool ForgetfulDisk::cut_power(bool everything) {
  bool written = true;
  // Sometimes nearly all is there and sometimes nearly nothing.
  const uint64_t survivors = random_.below(101);
  for (const auto& [offset, versions] : unflushed_) {
    const bool survives = !everything && random_.below(100) < survivors;
    const Block& block = versions[survives ? 1 + random_.below(versions.size() - 1) : 0];
    written &= ::pwrite(file_, block.data(), block.size(), static_cast<off_t>(offset)) ==
               static_cast<ssize_t>(block.size());
  }
  unflushed_.clear();
  return written;
}

}  // namespace foldmill::e2e
