#include "cli/local/local_coordinator.h"

#include <signal.h>

#include <thread>

#include "cli/exit_code.h"
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

Status describe_false_start(const std::filesystem::path& database, const ChildProcess& process) {
  std::string message = concat("the coordinator for ", database.string(), " could not start (",
                               process.describe_end(), ")\n", process.last_words());
  const bool locked = process.exit_code() == static_cast<int>(ExitCode::kConflict);
  return locked ? failed_precondition(std::move(message)) : unavailable(std::move(message));
}

bool is_refusal(const Status& status) {
  return status.code() == StatusCode::kUnauthenticated ||
         status.code() == StatusCode::kPermissionDenied ||
         status.code() == StatusCode::kFailedPrecondition;  // another version
}

// The coordinator that holds the database, waited for while it starts or leaves; null when nobody
// does.
Result<std::unique_ptr<CoordinatorClient>> find_holder(const std::filesystem::path& database,
                                                       const proto::ClientSecurity& security,
                                                       SteadyClock::time_point end) {
  // A holder without an address is starting, one that does not answer is most likely leaving.
  while (const auto holder = storage::read_lock_holder(database)) {
    if (!holder->address.empty()) {
      FOLDMILL_ASSIGN_OR_RETURN(auto client, make_coordinator_client(holder->address, security));
      const Status answer = client->server_info(kProbe).status();
      if (answer.ok()) return client;
      if (is_refusal(answer)) return answer;
    }
    if (SteadyClock::now() >= end)
      return unavailable(concat("the database ", database.string(), " is held by ",
                                holder->describe(), ", which does not answer"));
    std::this_thread::sleep_for(kPause);
  }
  return std::unique_ptr<CoordinatorClient>();
}

}  // namespace

LocalCoordinator::LocalCoordinator(SocketDirectory directory, ChildProcess process,
                                   std::string address, std::unique_ptr<CoordinatorClient> client)
    : directory_(std::move(directory)),
      process_(std::move(process)),
      address_(std::move(address)),
      client_(std::move(client)) {}

LocalCoordinator::~LocalCoordinator() { stop(); }

void LocalCoordinator::stop() {
  // An idle channel is polled by nobody, so it would not answer the server's goodbye, which waits
  // up to 20 s for that; a closed one holds nothing up.
  client_.reset();
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
    if (!process.running()) return describe_false_start(database, process);
    if (SteadyClock::now() >= end)
      return unavailable(concat("the coordinator for ", database.string(), " does not answer\n",
                                process.last_words()));
    std::this_thread::sleep_for(kPause);
  }
  return std::unique_ptr<LocalCoordinator>(
      new LocalCoordinator(std::move(directory), std::move(process), address, std::move(client)));
}

Result<DatabaseAccess> access_database(const std::filesystem::path& database,
                                       const proto::ClientSecurity& security) {
  DatabaseAccess access;
  const auto end = SteadyClock::now() + kHolderPatience;
  while (true) {
    FOLDMILL_ASSIGN_OR_RETURN(access.external, find_holder(database, security, end));
    if (access.external) return access;
    auto own = LocalCoordinator::start(database);
    // Locked: somebody else was faster in the same moment, and is the one to talk to.
    const bool locked = own.status().code() == StatusCode::kFailedPrecondition;
    if (locked && SteadyClock::now() < end) continue;
    FOLDMILL_ASSIGN_OR_RETURN(access.own, std::move(own));
    return access;
  }
}

}  // namespace foldmill::cli
