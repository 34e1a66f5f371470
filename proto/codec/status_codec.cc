#include "proto/codec/status_codec.h"

#include "core/text.h"
#include "foldmill/v1/status.pb.h"

namespace foldmill::proto {

grpc::Status encode(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  v1::StatusDetails details;
  details.set_code(static_cast<int32_t>(status.code()));
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          details.SerializeAsString()};
}

bool is_from_peer(const grpc::Status& status) { return !status.error_details().empty(); }

Status decode(const grpc::Status& status) {
  const std::string& message = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::UNIMPLEMENTED:
      return failed_precondition(
          concat("the other side does not know this call: its version differs (", message, ")"));
    case grpc::StatusCode::ABORTED:
      return unavailable(message);
    case grpc::StatusCode::OUT_OF_RANGE:
      return invalid_argument(message);
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DO_NOT_USE:
      return internal_error(message);
    default:
      return {static_cast<StatusCode>(status.error_code()), message};
  }
}

}  // namespace foldmill::proto
