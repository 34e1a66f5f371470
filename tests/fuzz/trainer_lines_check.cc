// What a trainer may write on its socket.

#include <string>
#include <vector>

#include "core/text.h"
#include "tests/fuzz/checks.h"
#include "worker/agent/line_buffer.h"
#include "worker/agent/trainer_messages.h"

namespace foldmill::fuzz {
namespace {

constexpr size_t kLimit = 512;
constexpr size_t kLongestReason = 1000;

struct Cut {
  std::vector<std::string> lines;
  std::string rest;
  bool overflowed = false;
  friend bool operator==(const Cut&, const Cut&) = default;
};

// In pieces of so many bytes.
Cut cut(std::string_view stream, size_t piece) {
  worker::LineBuffer buffer(kLimit);
  Cut result;
  for (size_t at = 0; at < stream.size(); at += piece)
    for (std::string& line : buffer.take(stream.substr(at, piece)))
      result.lines.push_back(std::move(line));
  result.overflowed = buffer.overflowed();
  if (!result.overflowed) result.rest = buffer.rest();
  return result;
}

}  // namespace

std::string check_trainer_lines(std::span<const uint8_t> input) {
  const std::string_view stream(reinterpret_cast<const char*>(input.data()), input.size());
  const Cut whole = cut(stream, stream.size() + 1);
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{100}})
    if (!(cut(stream, piece) == whole))
      return concat("pieces of ", piece, " bytes make other lines than the whole");
  for (const std::string& line : whole.lines) {
    if (line.size() > kLimit) return "a line longer than the limit";
    const auto message = worker::parse_trainer_message(line);
    if (message.ok()) continue;
    const std::string& reason = message.status().message();
    if (reason.empty() || reason.size() > kLongestReason)
      return concat("a reason of ", reason.size(), " bytes");
  }
  return {};
}

}  // namespace foldmill::fuzz
