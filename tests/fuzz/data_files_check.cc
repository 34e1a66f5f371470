// Data files of any content.

#include <sys/mman.h>
#include <unistd.h>

#include <numeric>
#include <string>

#include "core/text.h"
#include "tests/fuzz/checks.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/idx_file.h"
#include "worker/trainer/data/npy_file.h"
#include "worker/trainer/data/zip_file.h"

namespace foldmill::fuzz {
namespace {

// A file that is nowhere on a disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::span<const uint8_t> content) : descriptor_(::memfd_create("fuzz", 0)) {
    if (::write(descriptor_, content.data(), content.size()) < 0) ::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return concat("/proc/self/fd/", descriptor_); }

 private:
  int descriptor_;
};

size_t product(const std::vector<int64_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), size_t{1},
                         [](size_t all, int64_t size) { return all * static_cast<size_t>(size); });
}

// What `read` says is wrong, unless it refuses the file for a reason.
template <class Read>
std::string attempt(Read read) {
  try {
    return read();
  } catch (const trainer::AttemptError& error) {
    const bool sound = error.cause() == EndCause::kDataMissing && error.what()[0] != '\0';
    return sound ? std::string() : "refused without a reason";
  }
}

std::string check_array(const std::string& content) {
  return attempt([&]() -> std::string {
    const trainer::NpyArray array = trainer::parse_npy(content, "fuzz.npy");
    const size_t width = static_cast<size_t>(array.type[1] - '0');
    if (array.values().size() != product(array.shape) * width)
      return "values do not fill the shape";
    if (array.type[0] != 'f' &&
        trainer::integers_of(array).size() != static_cast<size_t>(array.count()))
      return "not as many integers as the shape says";
    return {};
  });
}

}  // namespace

std::string check_idx(std::span<const uint8_t> input) {
  const MemoryFile file(input);
  for (const size_t dimensions : {size_t{1}, size_t{3}}) {
    const std::string wrong = attempt([&]() -> std::string {
      const trainer::IdxFile idx = trainer::read_idx(file.path(), dimensions, {});
      if (idx.sizes.size() != dimensions) return "another number of dimensions";
      return idx.values.size() == product(idx.sizes) ? "" : "values do not fill the sizes";
    });
    if (!wrong.empty()) return wrong;
  }
  return {};
}

std::string check_npy(std::span<const uint8_t> input) {
  if (std::string wrong = check_array({input.begin(), input.end()}); !wrong.empty()) return wrong;
  const MemoryFile file(input);
  return attempt([&]() -> std::string {
    const trainer::ZipFile zip(file.path());
    for (const std::string& name : zip.names()) {
      const std::string wrong = attempt([&] { return check_array(zip.read(name)); });
      if (!wrong.empty()) return wrong;
    }
    return {};
  });
}

}  // namespace foldmill::fuzz
