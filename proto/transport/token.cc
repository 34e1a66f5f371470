#include "proto/transport/token.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/text.h"
#include "proto/transport/text_file.h"

namespace foldmill::proto {
namespace {

constexpr size_t kMinTokenBytes = 16;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<std::string> read_token_file(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return not_found(concat("token file ", path.string(), ": ", std::strerror(errno)));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return permission_denied(concat("token file ", path.string(),
                                    ": others may read it; run chmod 600 ", path.string()));
  FOLDMILL_ASSIGN_OR_RETURN(const std::string text, read_text_file(path, "token file"));
  const std::string_view token = trimmed(text);
  if (token.size() < kMinTokenBytes)
    return invalid_argument(concat("token file ", path.string(), ": the token has ", token.size(),
                                   " characters; it needs at least ", kMinTokenBytes));
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; }))
    return invalid_argument(
        concat("token file ", path.string(), ": a token is printable ASCII without spaces"));
  return std::string(token);
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i)
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace foldmill::proto
