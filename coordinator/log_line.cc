#include "coordinator/log_line.h"

#include <algorithm>

namespace foldmill::coordinator {
namespace {

constexpr std::string_view kSeparator = "   ";

bool is_plain(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return c > 0x20 && c != 0x7f && c != '"' && c != '\\';
  });
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out + '"';
}

// Takes one value from the front of `rest`.
std::string take_value(std::string_view* rest) {
  if (!rest->starts_with('"')) {
    const size_t end = std::min(rest->find(' '), rest->size());
    const std::string value(rest->substr(0, end));
    rest->remove_prefix(end);
    return value;
  }
  std::string value;
  size_t i = 1;
  for (; i < rest->size() && (*rest)[i] != '"'; ++i) {
    if ((*rest)[i] == '\\' && i + 1 < rest->size()) {
      ++i;
      value += (*rest)[i] == 'n' ? '\n' : (*rest)[i];
    } else {
      value += (*rest)[i];
    }
  }
  rest->remove_prefix(std::min(i + 1, rest->size()));
  return value;
}

}  // namespace

std::string log_line(std::string_view event, const LogFields& fields) {
  std::string out(event);
  std::string_view gap = kSeparator;
  for (const auto& [key, value] : fields) {
    out += gap;
    out += key;
    out += '=';
    out += is_plain(value) ? value : quoted(value);
    gap = " ";
  }
  return out;
}

ParsedLogLine parse_log_line(std::string_view line) {
  const size_t split = line.find(kSeparator);
  if (split == std::string_view::npos) return {std::string(line), {}};
  ParsedLogLine out{std::string(line.substr(0, split)), {}};
  std::string_view rest = line.substr(split + kSeparator.size());
  while (!rest.empty()) {
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos || equals == 0) return {std::string(line), {}};
    const std::string key(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    out.fields.emplace_back(key, take_value(&rest));
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return out;
}

}  // namespace foldmill::coordinator
