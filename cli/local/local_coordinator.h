#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cli/coordinator_client.h"
#include "cli/local/child_process.h"
#include "cli/local/paths.h"

namespace foldmill::cli {

// A coordinator of our own for one database, on a unix socket in a private directory, for as long
// as this object lives.
class LocalCoordinator {
 public:
  // Starts it and waits until it answers. The failure carries its last log lines.
  static Result<std::unique_ptr<LocalCoordinator>> start(const std::filesystem::path& database);
  ~LocalCoordinator();

  // Lets it finish what it does; killed when it takes too long. Twice is once.
  void stop();

  CoordinatorClient& client() { return *client_; }
  ChildProcess& process() { return process_; }
  const std::string& address() const { return address_; }

 private:
  LocalCoordinator(SocketDirectory directory, ChildProcess process, std::string address,
                   std::unique_ptr<CoordinatorClient> client);

  SocketDirectory directory_;
  ChildProcess process_;
  std::string address_;
  std::unique_ptr<CoordinatorClient> client_;
};

// The way to whoever may write to a database: the coordinator that holds it, else one of our own.
struct DatabaseAccess {
  std::unique_ptr<LocalCoordinator> own;        // null when another one holds the database
  std::unique_ptr<CoordinatorClient> external;  // to that one
  CoordinatorClient& client() { return own ? own->client() : *external; }
};
// `security` is for the former.
Result<DatabaseAccess> access_database(const std::filesystem::path& database,
                                       const proto::ClientSecurity& security);

}  // namespace foldmill::cli
