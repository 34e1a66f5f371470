#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <vector>

#include "core/random.h"

namespace foldmill::e2e {

// A disk, in a file, with a cache of its own that a power cut empties: of each block that was
// written since the last flush, the disk then holds what was flushed, or anything that was written
// to it since. A block is written whole or not at all. Offsets and sizes are bytes, of writes
// multiples of the block's. One thread.
class ForgetfulDisk {
 public:
  static constexpr size_t kBlock = 4096;

  ForgetfulDisk(const std::filesystem::path& file, uint64_t seed);
  ~ForgetfulDisk();
  ForgetfulDisk(const ForgetfulDisk&) = delete;
  ForgetfulDisk& operator=(const ForgetfulDisk&) = delete;

  uint64_t size() const;
  // False for what the file refuses.
  bool read(uint64_t offset, std::span<std::byte> bytes);
  bool write(uint64_t offset, std::span<const std::byte> bytes);
  void flush();
  void flush(uint64_t offset, uint64_t size);  // no more than this
  // `everything`: that was not flushed; else by chance.
  bool cut_power(bool everything);

 private:
  using Block = std::vector<std::byte>;

  int file_;
  Random random_;
  std::map<uint64_t, std::vector<Block>> unflushed_;  // by offset: the flushed one, then what came
};

}  // namespace foldmill::e2e
