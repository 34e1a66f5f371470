#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace foldmill {

// A file by its content, kept beside the database.
struct ArtifactRef {
  std::string sha256;  // 64 hex digits, lower case
  int64_t bytes = 0;
  friend bool operator==(const ArtifactRef&, const ArtifactRef&) = default;
};

// What an attempt keeps, by name.
using NamedArtifacts = std::map<std::string, ArtifactRef>;

// Whether `text` is 64 lower-case hex digits: checked wherever a digest becomes a path.
bool is_sha256_hex(const std::string& text);

}  // namespace foldmill
