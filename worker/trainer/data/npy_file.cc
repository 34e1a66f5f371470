#include "worker/trainer/data/npy_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/npy_header.h"
#include "worker/trainer/data/packed_file.h"

namespace foldmill::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "values are used as they are stored");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::array<std::string_view, 10> kTypes = {"u1", "u2", "u4", "u8", "i1",
                                                     "i2", "i4", "i8", "f4", "f8"};

// Where the header's text lies in the content.
struct HeaderPlace {
  size_t begin = 0;
  size_t size = 0;
};

size_t little_endian(std::string_view bytes) {
  size_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i)
    value = (value << 8) | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

HeaderPlace find_header(std::string_view content, const std::filesystem::path& where) {
  if (!content.starts_with(kMagic) || content.size() < kMagic.size() + 2)
    fail_data(where, "is not an NPY file: the magic number is wrong");
  const int version = static_cast<uint8_t>(content[kMagic.size()]);
  if (version < 1 || version > 3)
    fail_data(where, concat("has NPY format ", version, "; formats 1 to 3 are read"));
  const size_t at = kMagic.size() + 2;
  const size_t width = version == 1 ? 2 : 4;
  if (content.size() < at + width) fail_data(where, "is truncated: the header is not complete");
  const HeaderPlace place{at + width, little_endian(content.substr(at, width))};
  if (content.size() - place.begin < place.size)
    fail_data(where, "is truncated: the header is not complete");
  return place;
}

std::string type_of(const NpyHeader& header, const std::filesystem::path& where) {
  const std::string& descr = header.descr;
  const std::string type = descr.empty() ? "" : descr.substr(1);
  const bool known = std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
  if (known && descr[0] == '>')
    fail_data(where, concat("is big-endian (", descr, "); save it with .astype('<", type, "')"));
  const bool single = type == "u1" || type == "i1";
  if (!known || (descr[0] != '<' && !(single && descr[0] == '|')))
    fail_data(where, concat("has values of type '", descr,
                            "'; save it with .astype(numpy.uint8), float32 or int64"));
  return type;
}

// Bytes that the values take, if they could be in a file of ours at all.
size_t expected_bytes(const NpyArray& array) {
  size_t bytes = static_cast<size_t>(array.type[1] - '0');
  for (const int64_t size : array.shape) {
    if (size == 0) fail_data(array.where, "is empty: one of its sizes is 0");
    if (bytes > kLargestFile / static_cast<size_t>(size))
      fail_data(array.where, "claims to hold more than 4 GiB");
    bytes *= static_cast<size_t>(size);
  }
  return bytes;
}

template <class Value>
std::vector<int64_t> widen(std::string_view bytes) {
  std::vector<int64_t> values(bytes.size() / sizeof(Value));
  for (size_t i = 0; i < values.size(); ++i) {
    Value value;
    std::memcpy(&value, bytes.data() + i * sizeof(Value), sizeof(Value));
    values[i] = static_cast<int64_t>(value);
  }
  return values;
}

}  // namespace

int64_t NpyArray::count() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

NpyArray parse_npy(std::string content, const std::filesystem::path& where) {
  const HeaderPlace place = find_header(content, where);
  const NpyHeader header =
      parse_npy_header(std::string_view(content).substr(place.begin, place.size), where);
  if (header.fortran_order)
    fail_data(where,
              "is in Fortran order; save numpy.ascontiguousarray(array), which is in C order");
  NpyArray array;
  array.where = where;
  array.type = type_of(header, where);
  array.shape = header.shape;
  array.begin = place.begin + place.size;
  const size_t expected = expected_bytes(array);
  const size_t held = content.size() - array.begin;
  if (held != expected)
    fail_data(where,
              concat(held < expected ? "is truncated" : "has trailing bytes", ": its header says ",
                     expected, " bytes of values, it holds ", held, "; copy it again"));
  array.content = std::move(content);
  return array;
}

std::vector<int64_t> integers_of(const NpyArray& array) {
  const std::string_view bytes = array.values();
  if (array.type == "u1") return widen<uint8_t>(bytes);
  if (array.type == "u2") return widen<uint16_t>(bytes);
  if (array.type == "u4") return widen<uint32_t>(bytes);
  if (array.type == "u8") return widen<uint64_t>(bytes);
  if (array.type == "i1") return widen<int8_t>(bytes);
  if (array.type == "i2") return widen<int16_t>(bytes);
  if (array.type == "i4") return widen<int32_t>(bytes);
  if (array.type == "i8") return widen<int64_t>(bytes);
  fail_data(array.where, "holds no integers; save labels with .astype(numpy.int64)");
}

}  // namespace foldmill::trainer
