#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace foldmill::worker {

// Passed in; shared with spdlog's sinks.
using Logger = std::shared_ptr<spdlog::logger>;

// Free text as the value of a key: in quotes and on one line.
inline std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace foldmill::worker
