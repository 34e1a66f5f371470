#pragma once

#include "coordinator/engine/event.h"
#include "proto/codec/worker_message.h"

namespace foldmill::coordinator {

// What a worker's message means to the engine. `has_file`: whether the file that it names, if it
// names one, is here.
engine::Event to_event(engine::SessionId session, proto::WorkerMessage message, bool has_file);

}  // namespace foldmill::coordinator
