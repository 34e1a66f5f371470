#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/study_file/scalar.h"

namespace foldmill::cli {

// Of trials, epochs, peers …: catches a slipped digit. Exact limits are core's to know.
inline constexpr int64_t kMostCount = 1'000'000;

// Reads the keys of one map. Every key asked for is thereby a known one; finish() reports the
// rest, with the nearest known key. Setters leave `out` as it is when the key is absent or wrong.
class MapReader {
 public:
  // `what` names the map in messages: "data", "a range". A null `node` reads as an empty map;
  // anything else that is not a map is reported.
  MapReader(const DocNode* node, std::string what, Diagnostics& diagnostics);

  bool has(std::string_view key) const { return node_ && node_->find(key); }
  const DocNode* get(std::string_view key);  // null when absent; the key is known from now on

  void boolean(std::string_view key, bool& out);
  template <class Integer>
  void integer(std::string_view key, Integer& out, int64_t low, int64_t high) {
    if (const DocNode* node = get(key))
      if (const auto value = read_int(*node, diagnostics_, low, high))
        out = static_cast<Integer>(*value);
  }
  void number(std::string_view key, double& out);
  void text(std::string_view key, std::string& out);
  void texts(std::string_view key, std::vector<std::string>& out);
  void text_map(std::string_view key, std::map<std::string, std::string>& out);
  // One of `allowed`; `later` are words of the format that this version cannot do yet.
  void word(std::string_view key, std::string& out, const std::vector<std::string>& allowed,
            const std::vector<std::string>& later = {});
  // Keys of the format that this version cannot honour: an error where present.
  void not_supported(std::initializer_list<std::string_view> keys);

  void finish();

 private:
  const DocNode* node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;    // what may be suggested
  std::vector<std::string> refused_;  // already reported
};

// "'vae' is not supported by this version", at `node`.
void report_not_supported(const DocNode& node, std::string_view what, Diagnostics& diagnostics);

// "did you mean 'lr'?", or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace foldmill::cli
