#include "tests/unit/trainer/data_fixture.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

// `window_bits` as deflateInit2 takes them: negative for no header, 16 more for gzip's.
std::string deflated(const std::string& content, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()) + 32, '\0');
  std::string input = content;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string error_of(const std::function<void()>& act, EndCause cause) {
  try {
    act();
  } catch (const AttemptError& error) {
    EXPECT_EQ(error.cause(), cause);
    return error.what();
  }
  return "no error";
}

DataSpec data_spec(const std::string& dataset, const std::filesystem::path& path) {
  DataSpec data;
  data.dataset = dataset;
  data.path = path.string();
  return data;
}

std::vector<float> pixels_of(const RawDataset& raw) {
  std::vector<float> values(static_cast<size_t>(raw.values()));
  EXPECT_EQ(raw.pixels.size(), values.size() * bytes_per_pixel(raw.pixel_type));
  if (raw.pixel_type == PixelType::kFloat32) {
    std::memcpy(values.data(), raw.pixels.data(), raw.pixels.size());
  } else {
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::to_integer<uint8_t>(raw.pixels[i]);
  }
  return values;
}

std::string gzipped(const std::string& content) { return deflated(content, 16 + MAX_WBITS); }

std::string npy_with_header(const std::string& header, const std::string& values, int version) {
  return concat("\x93NUMPY", static_cast<char>(version), '\0',
                little_endian(header.size(), version == 1 ? 2 : 4), header, values);
}

std::string npy_bytes(const std::string& descr, const std::string& shape,
                      const std::string& values) {
  return npy_with_header(
      concat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (", shape, "), }   \n"),
      values);
}

std::string zip_bytes(const std::vector<ZipMember>& members) {
  std::string files;
  std::string directory;
  for (const ZipMember& member : members) {
    const std::string data = member.deflate ? deflated(member.content, -MAX_WBITS) : member.content;
    const uint16_t method = member.method != 0 ? member.method : member.deflate ? 8 : 0;
    const uLong crc =
        crc32_z(0, reinterpret_cast<const Bytef*>(member.content.data()), member.content.size());
    const std::string common =
        concat(little_endian(member.flags, 2), little_endian(method, 2), little_endian(0, 4),
               little_endian(crc, 4), little_endian(data.size(), 4),
               little_endian(member.content.size(), 4), little_endian(member.name.size(), 2),
               little_endian(0, 2));
    directory += concat("PK\x01\x02", little_endian(20, 2), little_endian(20, 2), common,
                        std::string(10, '\0'), little_endian(files.size(), 4), member.name);
    files += concat("PK\x03\x04", little_endian(20, 2), common, member.name, data);
  }
  const uint64_t count = members.size();
  return concat(files, directory, "PK\x05\x06", little_endian(0, 4), little_endian(count, 2),
                little_endian(count, 2), little_endian(directory.size(), 4),
                little_endian(files.size(), 4), little_endian(0, 2));
}

}  // namespace foldmill::trainer
