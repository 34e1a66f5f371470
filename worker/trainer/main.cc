#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/text.h"
#include "worker/trainer/bench.h"
#include "worker/trainer/protocol/session.h"

namespace {

// Every batch frees and takes the same megabytes again. Left alone, glibc gives them back to the
// kernel each time and a third of a step on the CPU goes into page faults.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

int fail(const std::string& message) {
  std::fprintf(stderr, "foldmill-trainer: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == "--bench")
    return foldmill::trainer::run_bench({arguments.begin() + 1, arguments.end()});
  if (!arguments.empty() && arguments[0] == "--version") {
    std::printf("foldmill-trainer %s\n", FOLDMILL_VERSION);
    return 0;
  }
  const char* text = std::getenv("FOLDMILL_TRAINER_FD");
  const auto fd = foldmill::parse_int(text != nullptr ? text : "");
  if (!arguments.empty() || !fd)
    return fail(
        "started by foldmill-worker, which sets FOLDMILL_TRAINER_FD; by hand only with "
        "--bench or --version");
  const foldmill::Status status =
      foldmill::trainer::Session(static_cast<int>(*fd), FOLDMILL_VERSION).run();
  return status.ok() ? 0 : fail(status.message());
}
