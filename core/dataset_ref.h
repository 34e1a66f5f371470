#pragma once

#include <cstdint>
#include <string>

namespace foldmill {

// What a worker says it holds and what a model was trained on: equal fingerprints mean equal data.
struct DatasetRef {
  std::string name;
  int64_t size = 0;         // training samples
  std::string fingerprint;  // SHA-256 (hex) over the raw files
  friend bool operator==(const DatasetRef&, const DatasetRef&) = default;
};

}  // namespace foldmill
