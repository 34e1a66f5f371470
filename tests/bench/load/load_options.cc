#include "tests/bench/load/load_options.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include "core/text.h"

namespace foldmill::bench {
namespace {

namespace fs = std::filesystem;

fs::path beside_this_program() {
  return fs::read_symlink("/proc/self/exe").parent_path() / "foldmill-coordinator";
}

// A database in memory would make every commit free.
std::string file_system_of(const fs::path& directory) {
  struct statfs info {};
  if (::statfs(directory.c_str(), &info) != 0) return "unknown";
  if (info.f_type == TMPFS_MAGIC) return "tmpfs: not a disk";
  if (info.f_type == EXT4_SUPER_MAGIC) return "ext4";
  return concat("type ", info.f_type);
}

}  // namespace

void add_place_options(CLI::App* command, LoadOptions* options) {
  options->program = beside_this_program();
  command->add_option("--coordinator", options->program, "the program to load")
      ->capture_default_str();
  command->add_option("--directory", options->directory, "on a real disk, for the database")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("--transport", options->transport, "tcp (loopback) or unix")
      ->check(CLI::IsMember({"tcp", "unix"}))
      ->capture_default_str();
  command->add_flag("!--no-pin", options->pin,
                    "let the system place both; else the coordinator has core 0, the workers 1");
}

void add_study_options(CLI::App* command, LoadOptions* options) {
  command->add_option("--workers", options->workers, "sessions, each with a connection of its own")
      ->check(CLI::Range(1, 9000))
      ->capture_default_str();
  command->add_option("--folds", options->folds, "of a trial")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--epochs", options->epochs, "of a fold")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--sampler", options->sampler)->capture_default_str();
  command->add_option("--pruning", options->pruning)->capture_default_str();
  command->add_option("--keep", options->keep, "percent of the trials that percentile lets go on")
      ->check(CLI::Range(1.0, 99.9))
      ->capture_default_str();
}

StudySpec make_load_study(const LoadOptions& options) {
  StudySpec spec;
  spec.name = "load";
  spec.model.type = "command";
  spec.model.command = {"true"};
  spec.constants = {{"epochs", int64_t{options.epochs}}};
  spec.space = *SearchSpace::create(
      {{"lr", *Distribution::make_float(1e-4, 1e-1, true), {}},
       {"width", *Distribution::make_int(8, 512, true), {}},
       {"noise", *Distribution::make_float(0, 0.5), {}},
       {"optimizer",
        *Distribution::make_categorical({std::string("adam"), std::string("sgd")}),
        {}}});
  spec.sampler.type = options.sampler;
  spec.pruning.type = options.pruning;
  if (options.pruning == "percentile") spec.pruning.percentile = options.keep;
  spec.folds.k = options.folds;
  if (options.folds == 1) spec.folds.validation_fraction = 0.2;
  spec.trials = options.trials;
  return spec;
}

Result<std::unique_ptr<CoordinatorProcess>> start_coordinator(const LoadOptions& options,
                                                              const Scratch& scratch) {
  return CoordinatorProcess::start({.program = options.program,
                                    .directory = scratch.path(),
                                    .unix_socket = options.transport == "unix",
                                    .core = options.coordinator_core()});
}

nlohmann::ordered_json describe(const LoadOptions& options) {
  return {{"workers", options.workers}, {"folds", options.folds},
          {"epochs", options.epochs},   {"sampler", options.sampler},
          {"pruning", options.pruning}, {"transport", options.transport},
          {"pinned", options.pin},      {"file_system", file_system_of(options.directory)}};
}

void add_times(nlohmann::ordered_json* result, const std::string& name, std::vector<double> times) {
  if (times.empty()) return;
  const nlohmann::ordered_json summary = summarize_ms(std::move(times));
  (*result)[name + "_p50"] = summary["p50_ms"];
  (*result)[name + "_p99"] = summary["p99_ms"];
  (*result)[name + "_max"] = summary["max_ms"];
}

}  // namespace foldmill::bench
