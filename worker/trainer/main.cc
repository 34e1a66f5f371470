#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/failpoint.h"
#include "core/text.h"
#include "worker/trainer/bench.h"
#include "worker/trainer/protocol/session.h"
#include "worker/trainer/version.h"

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

constexpr int64_t kMost = 1'000'000'000;  // of any count

CLI::App* add_bench(CLI::App& app, foldmill::trainer::BenchOptions& options) {
  CLI::App* bench = app.add_subcommand("bench", "training images per second, on Fashion-MNIST");
  bench->add_option("--model", options.model, "cae, vae, dae, classifier or gan")
      ->capture_default_str();
  bench->add_option("--variant", options.variant, "conv3, conv4 or scaled; of gan: mlp")
      ->capture_default_str();
  const auto add_count = [&](const char* name, int64_t& value, const char* help) {
    bench->add_option(name, value, help)
        ->check(CLI::Range(int64_t{1}, kMost))
        ->capture_default_str();
  };
  add_count("--batch", options.batch, "images per step");
  add_count("--images", options.images, "images per epoch, at most 59990");
  add_count("--epochs", options.epochs, "passes over them");
  add_count("--threads", options.threads, "of the CPU");
  bench->add_option("--device", options.device, "cpu, cuda:0, …")->capture_default_str();
  bench->add_option("--data-dir", options.data_dir, "directory that holds fashion-mnist")
      ->capture_default_str();
  bench->add_option("-o,--output", options.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return bench;
}

// What the worker starts: attempts come over the socket that it made.
int run_session() {
  const char* text = std::getenv("FOLDMILL_TRAINER_FD");
  const auto fd = foldmill::parse_int(text != nullptr ? text : "");
  if (!fd)
    return fail(
        "started by foldmill-worker, which sets FOLDMILL_TRAINER_FD; by hand only with bench or "
        "--version");
  const foldmill::Status status =
      foldmill::trainer::Session(static_cast<int>(*fd), std::string(foldmill::trainer::version()))
          .run();
  return status.ok() ? 0 : fail(status.message());
}

}  // namespace

int main(int argc, char** argv) {
  // cuBLAS reads this when it starts: without it `deterministic` would be refused.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  keep_freed_memory();
  CLI::App app("foldmill-trainer: trains what foldmill-worker hands it, on one device.");
  app.set_version_flag("--version",
                       "foldmill-trainer " + std::string(foldmill::trainer::version()));
  app.add_flag_callback("--failpoints",
                        [] { throw CLI::CallForVersion(foldmill::failpoint_list("trainer"), 0); })
      ->group("");  // for tests of the program: docs/failpoints.md
  foldmill::trainer::BenchOptions options;
  const CLI::App* bench = add_bench(app, options);
  CLI11_PARSE(app, argc, argv);
  if (const foldmill::Status armed = foldmill::arm_failpoint("trainer"); !armed.ok())
    return fail(armed.message());
  return bench->parsed() ? foldmill::trainer::run_bench(options) : run_session();
}
