#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace foldmill::coordinator {

using Logger = std::shared_ptr<spdlog::logger>;

struct LogOptions {
  std::string level = "info";  // trace, debug, info, warn, error, off
  std::string file;            // empty: standard error
  bool json = false;           // one JSON object per line
};

// Makes one logger per component, named by folder ("coordinator.rpc"), all into one sink. Loggers
// are passed to those who write; nobody fetches them from a registry.
class Logging {
 public:
  static Result<Logging> create(const LogOptions& options);
  // Writes nothing: for tests.
  static Logging none();

  Logger logger(const std::string& component) const;

 private:
  Logging(spdlog::sink_ptr sink, spdlog::level::level_enum level)
      : sink_(std::move(sink)), level_(level) {}
  spdlog::sink_ptr sink_;
  spdlog::level::level_enum level_;
};

}  // namespace foldmill::coordinator
