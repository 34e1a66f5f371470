#include "worker/trainer/export/safetensors.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/check.h"
#include "core/enum_names.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are kept as they are in memory");

using Json = nlohmann::ordered_json;

constexpr EnumNames<TensorType, 2> kTypes{
    {{TensorType::kFloat32, "F32"}, {TensorType::kInt64, "I64"}}};
constexpr std::string_view kMetadata = "__metadata__";
constexpr size_t kLengthSize = 8;
constexpr size_t kAlignment = 8;
constexpr int kDeepest = 4;  // of the header's JSON; sound ones need 2
constexpr uint64_t kLongestHeader = 100'000'000;

// Decoding, with one way out: a message that names the file.
class Reader {
 public:
  Reader(std::string_view content, std::string_view name) : content_(content), name_(name) {}

  SafetensorsFile read() {
    const Json header = read_header();
    SafetensorsFile file;
    std::vector<Entry> entries;
    for (const auto& [key, value] : header.items()) {
      if (key == kMetadata)
        file.metadata = read_metadata(value);
      else
        entries.push_back(read_entry(key, value));
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    take_bytes(entries);
    for (Entry& entry : entries) file.tensors.push_back(std::move(entry.tensor));
    return file;
  }

 private:
  struct Entry {
    StoredTensor tensor;
    uint64_t begin = 0;  // within the tensors' bytes
    uint64_t end = 0;
  };

  template <class... Why>
  [[noreturn]] void fail(const Why&... why) const {
    throw AttemptError(EndCause::kDataMissing,
                       concat(name_, ": ", why..., "; it is damaged or no safetensors file"));
  }

  Json read_header() {
    if (content_.size() < kLengthSize) fail("has ", content_.size(), " bytes, less than a header");
    uint64_t length = 0;
    for (size_t i = kLengthSize; i-- > 0;)
      length = length << 8 | static_cast<unsigned char>(content_[i]);
    if (length > kLongestHeader) fail("header of ", length, " bytes, allowed are ", kLongestHeader);
    if (length > content_.size() - kLengthSize)
      fail("header of ", length, " bytes in a file of ", content_.size());
    const std::string_view text = content_.substr(kLengthSize, length);
    data_ = content_.substr(kLengthSize + length);
    return parse(text);
  }

  Json parse(std::string_view text) const {
    std::vector<std::set<std::string>> names;  // of the objects that are open
    const auto each_name_once = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth > kDeepest) fail("the header is nested more than ", kDeepest, " deep");
      if (event == Json::parse_event_t::object_start) names.emplace_back();
      if (event == Json::parse_event_t::object_end) names.pop_back();
      if (event == Json::parse_event_t::key && !names.back().insert(value).second)
        fail("the header has '", value.get<std::string>(), "' twice");
      return true;
    };
    Json header;
    try {
      header = Json::parse(text, each_name_once);
    } catch (const Json::exception& error) {
      fail("the header is no JSON: ", std::string_view(error.what()));
    }
    if (!header.is_object()) fail("the header is no JSON object");
    return header;
  }

  std::map<std::string, std::string> read_metadata(const Json& value) const {
    if (!value.is_object()) fail("__metadata__ is no object");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail("__metadata__: '", key, "' is no string");
      metadata.emplace(key, text.get<std::string>());
    }
    return metadata;
  }

  Entry read_entry(const std::string& tensor_name, const Json& value) const {
    const auto bad = [&](const auto&... why) { fail("tensor '", tensor_name, "' ", why...); };
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
        !value.contains("shape") || !value.contains("data_offsets"))
      bad("is not described by dtype, shape and data_offsets");
    const Json& dtype = value["dtype"];
    const auto type = value_in(kTypes, dtype.is_string() ? dtype.get<std::string>() : "");
    if (!type) bad("is of dtype ", dtype.dump(), ", allowed are F32 and I64");
    const auto offsets = read_sizes(value["data_offsets"]);
    if (offsets.size() != 2 || offsets[0] > offsets[1]) bad("has no data_offsets [begin, end]");
    Entry entry{{tensor_name, *type, read_sizes(value["shape"]), {}},
                static_cast<uint64_t>(offsets[0]),
                static_cast<uint64_t>(offsets[1])};
    if (!is_size_of(entry.tensor, entry.end - entry.begin))
      bad("of shape ", value["shape"].dump(), " has ", entry.end - entry.begin, " bytes");
    return entry;
  }

  std::vector<int64_t> read_sizes(const Json& values) const {
    std::vector<int64_t> sizes;
    if (!values.is_array()) fail("a shape or data_offsets is no list");
    for (const Json& value : values) {
      constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
      if (!value.is_number_unsigned() || value.get<uint64_t>() > kMost)
        fail("a shape or data_offsets has ", value.dump(), ", which is no size");
      sizes.push_back(value.get<int64_t>());
    }
    return sizes;
  }

  static bool is_size_of(const StoredTensor& tensor, uint64_t bytes) {
    uint64_t size = static_cast<uint64_t>(byte_size(tensor.type));
    for (const int64_t side : tensor.shape)
      if (__builtin_mul_overflow(size, static_cast<uint64_t>(side), &size)) return false;
    return size == bytes;
  }

  void take_bytes(std::vector<Entry>& entries) const {
    uint64_t end = 0;
    for (Entry& entry : entries) {
      if (entry.begin != end)
        fail("tensor '", entry.tensor.name, "' begins at byte ", entry.begin,
             ", the one before it ", "ends at ", end);
      if (entry.end > data_.size())
        fail("tensor '", entry.tensor.name, "' ends at byte ", entry.end, " of ", data_.size());
      entry.tensor.bytes = data_.substr(entry.begin, entry.end - entry.begin);
      end = entry.end;
    }
    if (end != data_.size()) fail("has ", data_.size() - end, " bytes after its last tensor");
  }

  std::string_view content_;
  std::string_view name_;
  std::string_view data_;  // the tensors' bytes
};

// The tensors in the order of their bytes.
std::vector<const StoredTensor*> widest_first(const std::vector<StoredTensor>& tensors) {
  std::vector<const StoredTensor*> order;
  for (const StoredTensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return byte_size(a->type) > byte_size(b->type);
  });
  return order;
}

std::string encode_header(const SafetensorsFile& file,
                          const std::vector<const StoredTensor*>& order) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[std::string(kMetadata)] = file.metadata;
  size_t end = 0;
  for (const StoredTensor* tensor : order) {
    FOLDMILL_CHECK(!header.contains(tensor->name), "two tensors of one name");
    const size_t begin = end;
    end += tensor->bytes.size();
    header[tensor->name] = {{"dtype", name_in(kTypes, tensor->type)},
                            {"shape", tensor->shape},
                            {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  return text;
}

}  // namespace

int64_t byte_size(TensorType type) { return type == TensorType::kFloat32 ? 4 : 8; }

const StoredTensor* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const StoredTensor& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::string encode_safetensors(const SafetensorsFile& file) {
  const std::vector<const StoredTensor*> order = widest_first(file.tensors);
  const std::string header = encode_header(file, order);
  std::string content;
  for (size_t i = 0; i < kLengthSize; ++i)
    content.push_back(static_cast<char>(header.size() >> 8 * i));
  content += header;
  for (const StoredTensor* tensor : order) content += tensor->bytes;
  return content;
}

SafetensorsFile decode_safetensors(std::string_view content, std::string_view name) {
  return Reader(content, name).read();
}

void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
  write_durably(path, encode_safetensors(file));
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::string content(error ? 0 : size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (error || !file.read(content.data(), static_cast<std::streamsize>(content.size())))
    throw AttemptError(EndCause::kDataMissing, concat(path.string(), ": cannot be read"));
  return decode_safetensors(content, path.string());
}

}  // namespace foldmill::trainer
