#pragma once

#include <grpcpp/support/status.h>

#include "core/status.h"

namespace foldmill::proto {

grpc::Status encode(const Status& status);

// Codes that core does not have become the nearest that a caller can act on; "unimplemented" says
// that the versions differ.
Status decode(const grpc::Status& status);

}  // namespace foldmill::proto
