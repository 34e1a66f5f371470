#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace foldmill::trainer {

// A file mapped into memory, read-only and shared: processes that map the same file use the same
// pages. The mapping outlives a file that is replaced or removed, not one that is cut short.
class MappedFile {
 public:
  // Null where there is no such file, it is empty, or it cannot be mapped.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, size_t size) : data_(data), size_(size) {}

  const std::byte* data_;
  size_t size_;
};

}  // namespace foldmill::trainer
