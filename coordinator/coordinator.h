#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "coordinator/database.h"
#include "coordinator/dispatcher.h"
#include "coordinator/options.h"
#include "coordinator/rpc/artifact_service.h"
#include "coordinator/rpc/study_service.h"
#include "coordinator/rpc/trial_service.h"
#include "coordinator/rpc/worker_service.h"

namespace foldmill::coordinator {

// The composition root: makes the parts, members in dependency order, and takes them down in
// reverse. Used by one thread (main), which is never control.
class Coordinator {
 public:
  // `on_fatal` is told of a commit that failed for good, on control; it ends the process.
  Coordinator(Database database, Options options, const Logging& logging,
              StoreGateway::OnFatal on_fatal);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  // Listens, then goes on with every unfinished study. permission_denied or invalid_argument from
  // the credentials; unavailable: an address cannot be listened on.
  Status start();

  // Where it serves: ports that the system chose are filled in. After start().
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Ends all calls (workers go on training and come back), lets what was decided reach the disk.
  // Idempotent; at most a few seconds unless the disk is full.
  void shutdown();

 private:
  EventSink event_sink();
  SessionSink session_sink();
  void look_for(const ArtifactRef& file, std::function<void(bool)> found);
  v1::ServerInfo server_info() const;
  Status listen();
  StoreGatewayOptions watch_for_a_full_disk();
  void say_goodbye();
  void flush_store();

  Options options_;
  Logger log_;
  SystemClock clock_;
  std::filesystem::path database_path_;
  std::unique_ptr<storage::DatabaseLock> lock_;
  std::unique_ptr<storage::ArtifactStore> artifacts_;

  ControlLoop control_;
  StoreGateway store_;
  ReaderThread reader_;
  SamplerRunner sampler_;
  ArtifactPromises promises_;
  asio::thread_pool files_{2};  // artifacts in and out
  asio::thread_pool looks_{1};  // whether one is there

  SessionTable sessions_;
  RequestDesk requests_;
  WatchTable watches_;
  EffectRunner effects_;
  Dispatcher dispatcher_;

  WorkerServiceImpl worker_service_;
  StudyServiceImpl study_service_;
  TrialServiceImpl trial_service_;
  ArtifactServiceImpl artifact_service_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
  bool started_ = false;
};

}  // namespace foldmill::coordinator
