#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/study.h"
#include "core/trial.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// What the AttemptError of `act` says, after checking its cause.
std::string error_of(const std::function<void()>& act, EndCause cause = EndCause::kDataMissing);

DataSpec data_spec(const std::string& dataset, const std::filesystem::path& path);

// Pixels as numbers: 0 … 255 of bytes, else as they are.
std::vector<float> pixels_of(const RawDataset& raw);

template <class Value>
std::string bytes_of(const std::vector<Value>& values) {
  std::string bytes(values.size() * sizeof(Value), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string gzipped(const std::string& content);

// An NPY file with this text as its header.
std::string npy_with_header(const std::string& header, const std::string& values, int version = 1);
// One as NumPy writes it; `shape` is the tuple's text: "2, 3".
std::string npy_bytes(const std::string& descr, const std::string& shape,
                      const std::string& values);

struct ZipMember {
  std::string name;
  std::string content;
  bool deflate = false;
  uint16_t method = 0;  // what the headers claim; 0: what is true
  uint16_t flags = 0;
};
std::string zip_bytes(const std::vector<ZipMember>& members);

}  // namespace foldmill::trainer
