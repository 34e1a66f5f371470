#pragma once

#include <string>

#include "core/result.h"
#include "worker/agent/logger.h"

namespace foldmill::worker {

struct LogOptions {
  std::string level = "info";
  std::string file;   // empty: standard error
  bool json = false;  // one object per line: time, level, component, message
};

// permission_denied when the file cannot be written.
Result<Logger> make_logger(const std::string& component, const LogOptions& options);

}  // namespace foldmill::worker
