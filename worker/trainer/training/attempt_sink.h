#pragma once

#include <filesystem>
#include <string>

#include "core/epoch_report.h"

namespace foldmill::trainer {

// Where an attempt's news goes, in the order of the trainer protocol. Called on the training
// thread.
class AttemptSink {
 public:
  virtual ~AttemptSink() = default;
  virtual void started() = 0;
  virtual void epoch(const EpochReport& report) = 0;
  // `path` is empty when there should be one, but it could not be written.
  virtual void checkpoint(int64_t epoch, const std::filesystem::path& path) = 0;
  virtual void artifact(const std::string& name, const std::filesystem::path& path) = 0;
};

}  // namespace foldmill::trainer
