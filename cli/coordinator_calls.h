#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "core/result.h"
#include "foldmill/v1/study_service.grpc.pb.h"
#include "proto/transport/channel.h"

namespace foldmill::cli {

// What every call to one coordinator has in common: both sides are known to speak the same protocol
// before anything is asked or changed, there is a deadline, and a call that met nobody says whom it
// looked for. One thread.
class CoordinatorCalls {
 public:
  struct ServerInfo {
    std::string version;
    int protocol = 0;
    std::string database;
  };

  CoordinatorCalls(std::string address, std::shared_ptr<grpc::Channel> channel);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // `wait_for_ready`: also for a coordinator that is starting.
  Result<ServerInfo> server_info(Milliseconds deadline, bool wait_for_ready);

  template <class Stub, class Request, class Response>
  Status call(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, Response* response,
              Milliseconds deadline = proto::kUnaryDeadline) {
    FOLDMILL_RETURN_IF_ERROR(check_protocol());
    grpc::ClientContext context;
    proto::set_deadline(&context, deadline);
    return explain((stub.*method)(&context, request, response));
  }

  // What the coordinator said stays as it is; what the transport says names the coordinator.
  Status explain(const grpc::Status& result) const;

 private:
  Status check_protocol();

  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::StudyService::Stub> studies_;
  bool same_protocol_ = false;  // once it was asked
};

}  // namespace foldmill::cli
