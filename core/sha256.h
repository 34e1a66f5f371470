#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace foldmill {

// SHA-256 (FIPS 180-4), incremental. Ours because core and the trainer must build where there is
// neither OpenSSL nor anything else; about 250 MB/s on one core, far above what it is used for.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> data);
  void update(std::string_view data);
  std::string hex();  // 64 lower-case digits; ends the computation

 private:
  void compress(const uint8_t* block);
  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> buffer_{};
  size_t buffered_ = 0;
  uint64_t total_ = 0;
};

std::string sha256_hex(std::string_view data);

// Digest of a file's content, read in pieces. not_found or unavailable with the path and the reason.
Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace foldmill
