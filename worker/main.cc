// foldmill-worker: trains what a coordinator hands out, in child processes.

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "core/failpoint.h"
#include "core/text.h"
#include "proto/transport/address.h"
#include "worker/agent/worker_agent.h"
#include "worker/gpu_memory.h"
#include "worker/logging.h"
#include "worker/machine.h"
#include "worker/options.h"
#include "worker/work_directory.h"

namespace foldmill::worker {
namespace {

constexpr int kUsage = 2;
constexpr int kKilled = 130;

std::filesystem::path own_directory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

// A user's own trainer is taken by its word; ours may not have been built on this machine.
std::optional<TrainerCommand> default_trainer(const Options& options) {
  std::filesystem::path program = options.trainer;
  if (program.empty()) {
    program = own_directory() / "foldmill-trainer";
    if (!std::filesystem::exists(program)) return std::nullopt;
  }
  TrainerCommand command;
  command.argv = {program.string()};
  command.argv.insert(command.argv.end(), options.trainer_args.begin(), options.trainer_args.end());
  return command;
}

std::string name_of(const Options& options, const Machine& machine) {
  return options.name.empty() ? machine.host : options.name;
}

// Where trainers may keep decompressed data sets: beside the file cache, for all slots.
Result<std::filesystem::path> make_dataset_cache(const Options& options) {
  const std::filesystem::path directory = options.cache / "datasets";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    return permission_denied(concat("making the directory ", directory.string(), ": ",
                                    error.message(), "; choose another with --cache"));
  return directory;
}

Result<int64_t> gpu_memory(const Options& options, const std::vector<SlotShare>& shares) {
  const bool on_cpu = shares.front().device == "cpu";
  if (!options.gpu_memory_mib) return on_cpu ? 0 : memory_of_slot(shares, query_gpu_memory());
  if (on_cpu) return invalid_argument("--gpu-memory: the slots are on the CPU; leave it out");
  return *options.gpu_memory_mib;
}

Result<AgentOptions> agent_options(const Options& options, const Machine& machine,
                                   const WorkDirectory& work) {
  AgentOptions agent;
  agent.name = name_of(options, machine);
  agent.version = FOLDMILL_VERSION;
  agent.labels = options.labels;
  agent.patience = options.patience;
  agent.grace = options.grace;
  FOLDMILL_ASSIGN_OR_RETURN(const std::filesystem::path datasets, make_dataset_cache(options));
  FOLDMILL_ASSIGN_OR_RETURN(const std::vector<SlotShare> shares,
                            share_machine(machine, options.slots, options.device, options.threads));
  FOLDMILL_ASSIGN_OR_RETURN(agent.gpu_memory_mib, gpu_memory(options, shares));
  const auto trainer = default_trainer(options);
  for (const SlotShare& share : shares) {
    SlotOptions slot;
    slot.hello.slot = static_cast<int>(agent.slots.size());
    slot.hello.device = share.device;
    slot.hello.threads = share.threads;
    slot.hello.data_dirs = options.data_dirs;
    FOLDMILL_ASSIGN_OR_RETURN(const std::filesystem::path directory,
                              work.make_slot(slot.hello.slot));
    slot.hello.work_dir = directory.string();
    slot.hello.cache_dir = datasets.string();
    slot.trainer = trainer;
    slot.limits.progress = options.progress;
    agent.slots.push_back(std::move(slot));
  }
  return agent;
}

// The first signal drains, the second kills the trainers and leaves at once.
void watch_signals(asio::signal_set& signals, WorkerAgent& agent, int& received) {
  signals.async_wait([&](ErrorCode error, int) {
    if (error) return;
    if (++received > 1) {
      agent.kill_trainers();
      std::_Exit(kKilled);
    }
    agent.drain();
    watch_signals(signals, agent, received);
  });
}

Result<int> serve(const Options& options, const Logger& log) {
  FOLDMILL_ASSIGN_OR_RETURN(const proto::Address address,
                            proto::parse_address(options.coordinator));
  FOLDMILL_ASSIGN_OR_RETURN(FileCache cache,
                            FileCache::open(options.cache / "files", options.cache_mb * 1'000'000));
  const Machine machine = look_at_machine();
  FOLDMILL_ASSIGN_OR_RETURN(const WorkDirectory work,
                            WorkDirectory::open(options.cache, name_of(options, machine)));
  FOLDMILL_ASSIGN_OR_RETURN(AgentOptions agent_settings, agent_options(options, machine, work));
  log->info(
      "worker started  version={} name={} slots={} device={} gpu_memory_mib={} coordinator={}",
      FOLDMILL_VERSION, agent_settings.name, agent_settings.slots.size(),
      agent_settings.slots.front().hello.device, agent_settings.gpu_memory_mib,
      options.coordinator);
  if (!agent_settings.slots.front().trainer)
    log->warn("no foldmill-trainer beside this program: takes studies of model type command only");

  asio::io_context io;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  int received = 0;
  int exit_code = 0;
  WorkerAgent agent(
      io, std::move(agent_settings), std::move(cache),
      [&] { return proto::make_channel(address, options.security); },
      [&](ExitCode code, const Status& why) {
        exit_code = static_cast<int>(code);
        if (!why.ok())
          log->error("worker gave up  exit={} reason={}", exit_code, in_quotes(why.message()));
        // A transfer in flight may hold the end up: from here on a signal ends the process at once.
        ErrorCode ignored;
        signals.clear(ignored);
        io.stop();
      },
      log);
  watch_signals(signals, agent, received);
  asio::post(io, [&agent] { agent.start(); });
  io.run();
  log->info("worker ended  exit={}", exit_code);
  return exit_code;
}

int run(int argc, const char* const* argv) {
  if (const Status armed = arm_failpoint("worker"); !armed.ok()) {
    std::cerr << "foldmill-worker: " << armed.message() << '\n';
    return kUsage;
  }
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) {
    (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  const Options& options = *parsed.options;
  const pid_t parent = ::getppid();
  if (options.die_with_parent && (::prctl(PR_SET_PDEATHSIG, SIGTERM), ::getppid() != parent))
    return kUsage;
  const auto log = make_logger("worker", {options.log_level, options.log_file, options.log_json});
  auto code = log.ok() ? serve(options, *log) : Result<int>(log.status());
  if (code.ok()) return *code;
  std::cerr << "foldmill-worker: " << code.status().message() << '\n';
  return kUsage;
}

}  // namespace
}  // namespace foldmill::worker

int main(int argc, char** argv) { return foldmill::worker::run(argc, argv); }
