#include "coordinator/coordinator.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include <chrono>
#include <future>
#include <utility>

#include "coordinator/log_line.h"
#include "core/failpoint.h"
#include "core/text.h"
#include "proto/codec/value_codec.h"
#include "proto/codec/worker_message.h"

namespace foldmill::coordinator {
namespace {

constexpr std::chrono::seconds kCallsDeadline{2};
constexpr std::chrono::seconds kFlushDeadline{5};

// A unix socket is as open as its file: only its owner may connect.
class PrivateSocketFiles {
 public:
  PrivateSocketFiles() : before_(::umask(S_IRWXG | S_IRWXO)) {}
  ~PrivateSocketFiles() { ::umask(before_); }

 private:
  mode_t before_;
};

}  // namespace

Coordinator::Coordinator(Database database, Options options, const Logging& logging,
                         StoreGateway::OnFatal on_fatal)
    : options_(std::move(options)),
      log_(logging.logger("coordinator")),
      database_path_(std::move(database.path)),
      lock_(std::move(database.lock)),
      artifacts_(std::move(database.artifacts)),
      store_(std::move(database.store), control_, logging.logger("coordinator.store"),
             std::move(on_fatal), watch_for_a_full_disk()),
      reader_(std::move(database.reader)),
      sampler_(event_sink()),
      sessions_(control_),
      watches_(control_),
      effects_({control_, sessions_, requests_, watches_, sampler_, reader_, *artifacts_, promises_,
                [this](const ArtifactRef& artifact) { return dispatcher_.refers_to(artifact); },
                files_, event_sink(), logging.logger("coordinator.effects")},
               options_.engine, FOLDMILL_VERSION),
      dispatcher_(options_.engine, database.snapshot, clock_, store_, effects_, promises_,
                  logging.logger("coordinator.engine")),
      worker_service_(
          control_, sessions_, session_sink(),
          [this](const ArtifactRef& file, std::function<void(bool)> found) {
            look_for(file, std::move(found));
          },
          logging.logger("coordinator.rpc"), FOLDMILL_VERSION, options_.engine.lease),
      study_service_({control_, requests_, watches_, reader_, event_sink(), server_info()}),
      trial_service_({control_, requests_, event_sink()}),
      artifact_service_(*artifacts_, promises_, files_) {}

Coordinator::~Coordinator() { shutdown(); }

EventSink Coordinator::event_sink() {
  return [to = session_sink()](engine::Event event) { to(std::move(event), [] {}); };
}

SessionSink Coordinator::session_sink() {
  return [this](engine::Event event, std::function<void()> settled) {
    control_.post([this, event = std::move(event), settled = std::move(settled)]() mutable {
      dispatcher_.on(std::move(event), std::move(settled));
    });
  };
}

// Callers are told at once: what they ask for is not even decided before there is room again.
StoreGatewayOptions Coordinator::watch_for_a_full_disk() {
  StoreGatewayOptions options;
  options.on_full = [this](const Status& status) {
    requests_.suspend(unavailable(
        concat("the coordinator can record nothing: ", status.message(),
               "\n  try: free some space there; it then goes on by itself, and with what was asked"
               " for before")));
  };
  options.on_room = [this] { requests_.resume(); };
  return options;
}

// By its name: what has one is whole, and was read when it was uploaded. What cannot be looked at,
// for want of descriptors for instance, has not gone by that. On a thread of its own, because those
// for files read whole ones.
void Coordinator::look_for(const ArtifactRef& file, std::function<void(bool)> found) {
  asio::post(looks_, [this, file, found = std::move(found)]() mutable {
    const bool is_there = artifacts_->read(file).status().code() != StatusCode::kNotFound;
    control_.post([found = std::move(found), is_there] { found(is_there); });
  });
}

v1::ServerInfo Coordinator::server_info() const {
  v1::ServerInfo info;
  info.set_version(FOLDMILL_VERSION);
  info.set_protocol(proto::kProtocolVersion);
  info.set_database(std::filesystem::absolute(database_path_).string());
  info.set_artifacts(
      std::filesystem::absolute(storage::artifact_directory(database_path_)).string());
  info.set_started_us(proto::encode(clock_.now().wall));
  return info;
}

Status Coordinator::start() {
  // Queued before any caller's message: the engine's first words come first.
  control_.post([this] { dispatcher_.start(); });
  FOLDMILL_RETURN_IF_ERROR(listen());
  failpoint("start.listening");
  started_ = true;
  control_.start();
  return lock_->set_address(addresses_.front());
}

Status Coordinator::listen() {
  grpc::EnableDefaultHealthCheckService(true);
  // By hand, because the linker drops a library that nothing refers to, and its plugin with it.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  proto::apply_limits(&builder);
  // Reflection and health are synchronous services of gRPC's own: their threads look up only when
  // this time is over, 10 s by default, which a shutdown would wait for.
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::CQ_TIMEOUT_MSEC, 250);
  std::vector<int> ports(options_.listen.size(), 0);
  for (size_t i = 0; i < ports.size(); ++i) {
    FOLDMILL_ASSIGN_OR_RETURN(const auto credentials, proto::make_server_credentials(
                                                          options_.listen[i], options_.security));
    builder.AddListeningPort(to_string(options_.listen[i]), credentials, &ports[i]);
  }
  builder.RegisterService(&worker_service_);
  builder.RegisterService(&study_service_);
  builder.RegisterService(&trial_service_);
  builder.RegisterService(&artifact_service_);
  {
    const PrivateSocketFiles guard;
    server_ = builder.BuildAndStart();
  }
  for (size_t i = 0; i < ports.size(); ++i) {
    proto::Address address = options_.listen[i];
    if (!server_ || ports[i] == 0)
      return unavailable(concat("cannot listen on ", to_string(address),
                                ": the address is taken, not this machine's, or not allowed"));
    if (address.kind == proto::Address::Kind::kTcp) address.port = ports[i];
    addresses_.push_back(to_string(address));
    const bool open = options_.security.insecure && !is_local(address);
    log_->log(open ? spdlog::level::warn : spdlog::level::info,
              log_line("coordinator serving",
                       {{"address", addresses_.back()},
                        {"protection", describe_protection(address, options_.security)},
                        {"database", database_path_.string()}}));
  }
  return ok_status();
}

void Coordinator::shutdown() {
  if (server_) {
    if (started_) say_goodbye();
    server_->Shutdown(std::chrono::system_clock::now() + kCallsDeadline);
    server_->Wait();
    server_.reset();
  }
  if (std::exchange(started_, false)) {
    failpoint("shutdown.before_flush");
    flush_store();
    failpoint("shutdown.after_flush");
    log_->info(log_line("coordinator stopped"));
  }
  control_.stop();
}

// Open streams would hold the server's shutdown up until its deadline: they are told to go.
void Coordinator::say_goodbye() {
  control_.post([this] {
    const Status why = unavailable("the coordinator is shutting down");
    dispatcher_.stop();
    effects_.stop_timer();
    requests_.refuse_all(why);
    watches_.close_all(why);
    sessions_.close_all(why);
  });
}

void Coordinator::flush_store() {
  auto flushed = std::make_shared<std::promise<void>>();
  std::future<void> done = flushed->get_future();
  control_.post([this, flushed] { store_.when_idle([flushed] { flushed->set_value(); }); });
  if (done.wait_for(kFlushDeadline) != std::future_status::ready)
    log_->warn(log_line("coordinator stopped with commits outstanding",
                        {{"consequence", "workers send again what was not acknowledged"}}));
}

}  // namespace foldmill::coordinator
