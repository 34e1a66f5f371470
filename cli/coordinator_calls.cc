#include "cli/coordinator_calls.h"

#include "core/text.h"
#include "proto/codec/status_codec.h"
#include "proto/codec/worker_message.h"

namespace foldmill::cli {

CoordinatorCalls::CoordinatorCalls(std::string address, std::shared_ptr<grpc::Channel> channel)
    : address_(std::move(address)),
      channel_(std::move(channel)),
      studies_(v1::StudyService::NewStub(channel_)) {}

Result<CoordinatorCalls::ServerInfo> CoordinatorCalls::server_info(Milliseconds deadline,
                                                                   bool wait_for_ready) {
  v1::GetServerInfoRequest request;
  v1::ServerInfo response;
  grpc::ClientContext context;
  proto::set_deadline(&context, deadline);
  context.set_wait_for_ready(wait_for_ready);
  FOLDMILL_RETURN_IF_ERROR(explain(studies_->GetServerInfo(&context, request, &response)));
  if (response.protocol() != proto::kProtocolVersion)
    return failed_precondition(concat(
        "the coordinator ", address_, " (foldmill ", response.version(), ") speaks protocol ",
        response.protocol(), ", this program (foldmill ", FOLDMILL_VERSION, ") speaks ",
        proto::kProtocolVersion, "; install the same version of both"));
  same_protocol_ = true;
  return ServerInfo{response.version(), response.protocol(), response.database()};
}

Status CoordinatorCalls::check_protocol() {
  if (same_protocol_) return ok_status();
  return server_info(proto::kUnaryDeadline, /*wait_for_ready=*/false).status();
}

Status CoordinatorCalls::explain(const grpc::Status& result) const {
  const Status status = proto::decode(result);
  if (proto::is_from_peer(result)) return status;
  if (status.code() == StatusCode::kUnavailable)
    return unavailable(concat("cannot reach the coordinator ", address_, ": ", status.message()));
  if (status.code() == StatusCode::kDeadlineExceeded)
    return unavailable(
        concat("no answer in time from the coordinator ", address_, ": ", status.message()));
  return status;
}

}  // namespace foldmill::cli
