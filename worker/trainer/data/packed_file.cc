#include "worker/trainer/data/packed_file.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"

namespace foldmill::trainer {
namespace {

constexpr size_t kPiece = size_t{1} << 20;

}  // namespace

// zlib's reader passes files that are not compressed through unchanged.
std::string read_packed_file(const std::filesystem::path& path) {
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (!file) fail_data(path, concat("cannot be opened: ", std::strerror(errno)));
  std::string content;
  while (true) {
    const size_t used = content.size();
    content.resize(used + kPiece);
    const int got = gzread(file.get(), content.data() + used, kPiece);
    content.resize(used + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got <= 0) break;
    if (content.size() > kLargestFile) fail_data(path, "holds more than 4 GiB");
  }
  int code = Z_OK;
  const char* reason = gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END)
    fail_data(path, concat("is damaged (", reason, "); copy it again"));
  return content;
}

}  // namespace foldmill::trainer
