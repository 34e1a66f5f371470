#pragma once

#include <grpcpp/support/status.h>

#include "core/status.h"

namespace foldmill::proto {

grpc::Status encode(const Status& status);

// Whether encode() of the other side's program made it. Else it is the transport's: nobody was
// reached, the connection broke, the time was over.
bool is_from_peer(const grpc::Status& status);

// Codes that core does not have become the nearest that a caller can act on; "unimplemented" says
// that the versions differ.
Status decode(const grpc::Status& status);

}  // namespace foldmill::proto
