#include "worker/trainer/data/zip_file.h"

#include <zlib.h>

#include <string_view>
#include <utility>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/packed_file.h"

namespace foldmill::trainer {
namespace {

constexpr std::string_view kLocal = "PK\x03\x04";
constexpr uint32_t kLocalMagic = 0x04034b50;  // the same as a number
constexpr uint32_t kEntryMagic = 0x02014b50;
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr size_t kLocalSize = 30;
constexpr size_t kEntrySize = 46;
constexpr size_t kEndSize = 22;
constexpr uint32_t kStored = 0;
constexpr uint32_t kDeflated = 8;
constexpr uint32_t kEncrypted = 1;            // bit of the flags
constexpr uint32_t kInZip64 = 0xFFFFFFFF;     // "the number stands elsewhere"
constexpr uint64_t kLargestDeflation = 1032;  // zlib's limit: unpacked by packed bytes

// Fills `out`; false unless the whole of `packed` gives exactly as many bytes.
bool inflate_whole(std::string_view packed, std::string& out) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;  // negative: no zlib header
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  return whole;
}

}  // namespace

ZipFile::ZipFile(std::filesystem::path path)
    : path_(std::move(path)), content_(read_packed_file(path_)) {
  read_directory();
}

uint32_t ZipFile::number(size_t at, size_t bytes) const {
  if (at > content_.size() || content_.size() - at < bytes)
    fail_data(path_, "is truncated: a ZIP header is not complete; copy it again");
  uint32_t value = 0;
  for (size_t i = bytes; i > 0; --i)
    value = (value << 8) | static_cast<uint8_t>(content_[at + i - 1]);
  return value;
}

// The archive ends with a record of fixed size and a comment.
size_t ZipFile::find_directory_end() const {
  const size_t at = content_.rfind(kEnd);
  if (at == std::string::npos || content_.size() - at < kEndSize)
    fail_data(path_, content_.starts_with(kLocal)
                         ? "is truncated: the ZIP directory at its end is missing; copy it again"
                         : "is no ZIP archive, which an .npz file is");
  return at;
}

void ZipFile::read_directory() {
  const size_t end = find_directory_end();
  const uint32_t count = number(end + 10, 2);
  const uint32_t begin = number(end + 16, 4);
  if (begin == kInZip64 || count == 0xFFFF)
    fail_data(path_, "is a ZIP64 archive; save the arrays as .npy files in a directory instead");
  if (number(end + 4, 2) != 0) fail_data(path_, "is one part of an archive of several parts");
  size_t at = begin;
  for (uint32_t i = 0; i < count; ++i) {
    if (number(at, 4) != kEntryMagic)
      fail_data(path_, "has a damaged ZIP directory; copy it again");
    const size_t name_size = number(at + 28, 2);
    Member member{number(at + 8, 2),  number(at + 10, 2), number(at + 16, 4),
                  number(at + 20, 4), number(at + 24, 4), number(at + 42, 4)};
    const size_t next = at + kEntrySize + name_size + number(at + 30, 2) + number(at + 32, 2);
    if (next > end) fail_data(path_, "has a damaged ZIP directory; copy it again");
    members_.emplace(content_.substr(at + kEntrySize, name_size), member);
    at = next;
  }
}

std::vector<std::string> ZipFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, member] : members_) names.push_back(name);
  return names;
}

// Sizes are the directory's: NumPy leaves those of the local headers to a ZIP64 field.
std::string_view ZipFile::packed(const Member& member, const std::filesystem::path& where) const {
  if (member.size == kInZip64 || member.packed_size == kInZip64 || member.at == kInZip64)
    fail_data(where, "is in ZIP64 form; save it as an .npy file instead");
  if ((member.flags & kEncrypted) != 0) fail_data(where, "is encrypted");
  if (member.method != kStored && member.method != kDeflated)
    fail_data(where, concat("is packed by method ", member.method,
                            "; stored (0) and deflated (8) members are read"));
  if (number(member.at, 4) != kLocalMagic) fail_data(where, "is damaged: no ZIP header");
  const size_t begin =
      member.at + kLocalSize + number(member.at + 26, 2) + number(member.at + 28, 2);
  if (begin > content_.size() || content_.size() - begin < member.packed_size)
    fail_data(where, "is truncated; copy the archive again");
  return std::string_view(content_).substr(begin, member.packed_size);
}

std::string ZipFile::read(const std::string& name) const {
  const std::filesystem::path where(concat(path_.string(), ", member ", name));
  const Member& member = members_.at(name);
  const std::string_view bytes = packed(member, where);
  // Before memory is taken: a damaged size must not ask for gigabytes.
  if (member.method == kStored ? member.size != bytes.size()
                               : member.size > kLargestDeflation * (bytes.size() + 1))
    fail_data(where, "is damaged: its sizes cannot be; copy the archive again");
  std::string content(bytes);
  if (member.method == kDeflated) {
    content.assign(member.size, '\0');
    if (!inflate_whole(bytes, content))
      fail_data(where, "is damaged: it cannot be unpacked; copy the archive again");
  }
  if (crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()) != member.crc)
    fail_data(where, "is damaged: its checksum is wrong; copy the archive again");
  return content;
}

}  // namespace foldmill::trainer
