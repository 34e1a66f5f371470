#include "cli/local/local_coordinator.h"

#include <signal.h>

#include <thread>

#include "core/text.h"
#include "storage/lock_holder.h"

namespace foldmill::cli {
namespace {

constexpr Milliseconds kStartPatience{30'000};
constexpr Milliseconds kStopPatience{15'000};
constexpr Milliseconds kHolderPatience{10'000};
constexpr Milliseconds kProbe{500};
constexpr Milliseconds kPause{50};

using SteadyClock = std::chrono::steady_clock;

}  // namespace

LocalCoordinator::LocalCoordinator(SocketDirectory directory, ChildProcess process,
                                   std::string address, std::unique_ptr<CoordinatorClient> client)
    : directory_(std::move(directory)),
      process_(std::move(process)),
      address_(std::move(address)),
      client_(std::move(client)) {}

LocalCoordinator::~LocalCoordinator() { stop(); }

void LocalCoordinator::stop() {
  process_.signal(SIGTERM);
  if (!process_.wait_for(kStopPatience)) process_.signal(SIGKILL);
}

Result<std::unique_ptr<LocalCoordinator>> LocalCoordinator::start(
    const std::filesystem::path& database) {
  std::error_code code;
  if (database.has_parent_path()) std::filesystem::create_directories(database.parent_path(), code);
  if (code)
    return permission_denied(
        concat("making the directory ", database.parent_path().string(), ": ", code.message()));
  FOLDMILL_ASSIGN_OR_RETURN(SocketDirectory directory, SocketDirectory::make());
  const std::string socket = directory.socket().string();
  const std::string address = concat("unix:", socket);
  FOLDMILL_ASSIGN_OR_RETURN(ChildProcess process,
                            ChildProcess::start({program_path("foldmill-coordinator").string(),
                                                 "--db", database.string(), "--unix", socket},
                                                log_directory() / "coordinator.log"));
  FOLDMILL_ASSIGN_OR_RETURN(auto client, make_coordinator_client(address, {}));
  const auto end = SteadyClock::now() + kStartPatience;
  while (!client->server_info(kProbe).ok()) {
    if (!process.running())
      return failed_precondition(concat("the coordinator for ", database.string(),
                                        " could not start (", process.describe_end(), ")\n",
                                        process.last_words()));
    if (SteadyClock::now() >= end)
      return unavailable(concat("the coordinator for ", database.string(), " does not answer\n",
                                process.last_words()));
    std::this_thread::sleep_for(kPause);
  }
  return std::unique_ptr<LocalCoordinator>(
      new LocalCoordinator(std::move(directory), std::move(process), address, std::move(client)));
}

Result<DatabaseAccess> access_database(const std::filesystem::path& database) {
  DatabaseAccess access;
  const auto end = SteadyClock::now() + kHolderPatience;
  // A holder without an address is starting, one that does not answer is most likely leaving.
  while (const auto holder = storage::read_lock_holder(database)) {
    if (!holder->address.empty()) {
      FOLDMILL_ASSIGN_OR_RETURN(access.external, make_coordinator_client(holder->address, {}));
      if (access.external->server_info(kProbe).ok()) return access;
    }
    if (SteadyClock::now() >= end)
      return unavailable(concat("the database ", database.string(), " is held by ",
                                holder->describe(), ", which does not answer"));
    std::this_thread::sleep_for(kPause);
  }
  access.external.reset();
  FOLDMILL_ASSIGN_OR_RETURN(access.own, LocalCoordinator::start(database));
  return access;
}

}  // namespace foldmill::cli
