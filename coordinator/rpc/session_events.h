#pragma once

#include "coordinator/engine/event.h"
#include "proto/codec/worker_message.h"

namespace foldmill::coordinator {

// What a worker's message means to the engine.
engine::Event to_event(engine::SessionId session, proto::WorkerMessage message);

}  // namespace foldmill::coordinator
