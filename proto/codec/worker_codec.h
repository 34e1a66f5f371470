#pragma once

#include "core/result.h"
#include "foldmill/v1/worker_service.pb.h"
#include "proto/codec/worker_message.h"

namespace foldmill::proto {

v1::WorkerMessage encode(const WorkerMessage& message);
v1::CoordinatorMessage encode(const CoordinatorMessage& message);  // coordinator_codec.cc

// invalid_argument for whatever breaks the rules of worker_service.proto: no kind, ids below 1, a
// sequence number where none belongs or none where one does, unknown enums, a digest that is none.
// A Hello of another protocol version passes with its name and version only, so that the answer can
// name both.
Result<WorkerMessage> decode(const v1::WorkerMessage& message);
Result<CoordinatorMessage> decode(const v1::CoordinatorMessage& message);  // coordinator_codec.cc

}  // namespace foldmill::proto
