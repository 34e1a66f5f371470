#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "coordinator/address_file.h"
#include "coordinator/coordinator.h"
#include "coordinator/database.h"
#include "coordinator/exit_codes.h"
#include "coordinator/freed_memory.h"
#include "coordinator/log_line.h"
#include "coordinator/options.h"
#include "core/failpoint.h"
#include "storage/lock_holder.h"

namespace foldmill::coordinator {
namespace {

int fail(int exit_code, const Status& status) {
  std::cerr << "error: " << status.message() << "\n";
  return exit_code;
}

// Before any thread is made: they inherit the mask, and the signals wait for main.
sigset_t block_ending_signals() {
  std::signal(SIGPIPE, SIG_IGN);  // whoever read our log may be gone
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// False if the parent was gone before the kernel knew whom to watch.
bool follow_parent(pid_t parent) {
  return ::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent;
}

// Every connection takes a descriptor, and gRPC stops listening for good when there is none left
// for a new one.
void allow_many_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int exit_code_for_database(const std::filesystem::path& path) {
  return storage::read_lock_holder(path) ? kExitLocked : kExitBadDatabase;
}

int serve(const Options& options, const sigset_t& signals) {
  auto logging = Logging::create(options.log);
  if (!logging.ok()) return fail(kExitUsage, logging.status());
  storage::StoreOptions store_options;
  store_options.allow_network_file_system = options.allow_network_file_system;
  auto database = open_database(options.database, store_options);
  if (!database.ok()) return fail(exit_code_for_database(options.database), database.status());
  failpoint("start.database_open");

  // Memory is ahead of a disk that failed for good: nothing may run any more, destructors included.
  const auto stop_at_once = [log = logging->logger("coordinator.store")](const Status& status) {
    log->error(log_line("commit failed",
                        {{"reason", status.message()}, {"next", "start the coordinator again"}}));
    log->flush();
    std::_Exit(kExitCommitFailed);
  };
  Coordinator coordinator(std::move(database).value(), options, *logging, stop_at_once);
  Status status = coordinator.start();
  if (status.ok() && !options.address_file.empty())
    status = write_address_file(options.address_file, coordinator.addresses());
  if (!status.ok()) return fail(kExitCannotListen, status);

  int signal = 0;
  sigwait(&signals, &signal);
  coordinator.shutdown();
  return kExitOk;
}

int run(int argc, char** argv) {
  keep_freed_memory();
  allow_many_connections();
  const pid_t parent = ::getppid();
  const sigset_t signals = block_ending_signals();
  if (Status armed = arm_failpoint("coordinator"); !armed.ok()) return fail(kExitUsage, armed);
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) {
    (parsed.exit_code == kExitOk ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  if (parsed.options->die_with_parent && !follow_parent(parent)) return kExitOk;
  return serve(*parsed.options, signals);
}

}  // namespace
}  // namespace foldmill::coordinator

int main(int argc, char** argv) { return foldmill::coordinator::run(argc, argv); }
