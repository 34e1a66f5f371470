#pragma once

#include <memory>
#include <string>
#include <utility>

#include "coordinator/rpc/session_table.h"
#include "foldmill/v1/worker_service.grpc.pb.h"

namespace foldmill::coordinator {

// Makes a session for each call and hands it to control.
class WorkerServiceImpl final : public v1::WorkerService::CallbackService {
 public:
  // `patience`: for the first word of a session, and for its last.
  WorkerServiceImpl(ControlLoop& control, SessionTable& table, SessionSink sink,
                    LookForFile look_for_file, Logger log, std::string version,
                    Milliseconds patience)
      : control_(control),
        table_(table),
        sink_(std::move(sink)),
        look_for_file_(std::move(look_for_file)),
        log_(std::move(log)),
        version_(std::move(version)),
        patience_(patience) {}

  grpc::ServerBidiReactor<v1::WorkerMessage, v1::CoordinatorMessage>* Session(
      grpc::CallbackServerContext* context) override {
    auto session = std::make_unique<WorkerSession>(*context, control_, table_, sink_,
                                                   look_for_file_, log_, version_, patience_);
    WorkerSession* reactor = session.get();
    control_.post(
        [this, session = std::move(session)]() mutable { table_.adopt(std::move(session)); });
    return reactor;
  }

 private:
  ControlLoop& control_;
  SessionTable& table_;
  SessionSink sink_;
  LookForFile look_for_file_;
  Logger log_;
  std::string version_;
  Milliseconds patience_;
};

}  // namespace foldmill::coordinator
