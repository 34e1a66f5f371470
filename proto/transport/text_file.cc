#include "proto/transport/text_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/text.h"

namespace foldmill::proto {

Result<std::string> read_text_file(const std::filesystem::path& path, std::string_view what) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return not_found(concat("cannot read ", what, " ", path.string(), ": ", std::strerror(errno)));
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad() || text.str().empty())
    return invalid_argument(concat(what, " ", path.string(), ": is empty or not a file"));
  return std::move(text).str();
}

}  // namespace foldmill::proto
