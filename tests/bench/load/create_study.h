#pragma once

#include <memory>

#include "core/status.h"
#include "core/study.h"
#include "proto/transport/channel.h"

namespace foldmill::bench {

// Has the coordinator at the other end begin this study. What it answers otherwise is the error.
Status create_study(const std::shared_ptr<grpc::Channel>& channel, const StudySpec& spec);

}  // namespace foldmill::bench
