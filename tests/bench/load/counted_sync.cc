// For LD_PRELOAD: what a program's calls of fsync and fdatasync cost. With FOLDMILL_NO_SYNC=1 they
// are left out, as SQLite's synchronous=OFF would, those for checkpoints and artifacts too. When
// the process ends, a line "NAME CALLS SECONDS" is added to the file FOLDMILL_SYNC_LOG.

#include <dlfcn.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> calls{0};
std::atomic<long> nanoseconds{0};

int counted(const char* name, int fd) {
  using Sync = int (*)(int);
  const char* off = std::getenv("FOLDMILL_NO_SYNC");
  const auto start = std::chrono::steady_clock::now();
  int result = 0;
  if (off == nullptr || std::strcmp(off, "1") != 0)
    result = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name))(fd);
  const std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - start;
  calls += 1;
  nanoseconds += spent.count();
  return result;
}

__attribute__((destructor)) void tell() {
  const char* path = std::getenv("FOLDMILL_SYNC_LOG");
  std::FILE* out = path == nullptr || calls == 0 ? nullptr : std::fopen(path, "a");
  if (out == nullptr) return;
  std::fprintf(out, "%s %ld %.6f\n", program_invocation_short_name, calls.load(),
               1e-9 * static_cast<double>(nanoseconds));
  std::fclose(out);
}

}  // namespace

extern "C" int fsync(int fd) { return counted("fsync", fd); }
extern "C" int fdatasync(int fd) { return counted("fdatasync", fd); }
