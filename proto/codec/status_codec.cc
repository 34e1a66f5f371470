#include "proto/codec/status_codec.h"

#include "core/text.h"

namespace foldmill::proto {

grpc::Status encode(const Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message()};
}

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
