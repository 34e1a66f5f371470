#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temp_dir.h"
#include "worker/trainer/protocol/messages.h"
#include "worker/trainer/training/attempt_sink.h"

namespace foldmill::trainer {

using test::TempDir;

void write_file(const std::filesystem::path& path, const std::string& content);
std::string read_file(const std::filesystem::path& path);

// An IDX file of bytes with these sizes in its header.
std::string idx_bytes(const std::vector<uint32_t>& sizes, const std::string& values);

// 60 images of 28x28 with stripes of three directions, labelled by direction, as IDX files.
void write_stripes(const std::filesystem::path& directory);

// A small conv3 on the stripes in `data`: seconds for dozens of epochs.
TrainerAssignment stripes_assignment(const std::filesystem::path& data, int64_t attempt);

// Keeps what it is told; `on_epoch` runs after each epoch was noted.
struct RecordingSink final : AttemptSink {
  int starts = 0;
  std::vector<EpochReport> epochs;
  std::vector<std::pair<int64_t, std::filesystem::path>> checkpoints;
  std::vector<std::pair<std::string, std::filesystem::path>> artifacts;
  std::function<void(int64_t)> on_epoch = [](int64_t) {};

  // Where the artifact of that name lies; empty when it was not told.
  std::filesystem::path artifact(const std::string& name) const {
    for (const auto& [key, path] : artifacts)
      if (key == name) return path;
    return {};
  }

  void started() override { ++starts; }
  void epoch(const EpochReport& report) override {
    epochs.push_back(report);
    on_epoch(report.epoch);
  }
  void checkpoint(int64_t epoch, const std::filesystem::path& path) override {
    checkpoints.emplace_back(epoch, path);
  }
  void artifact(const std::string& name, const std::filesystem::path& path) override {
    artifacts.emplace_back(name, path);
  }
};

}  // namespace foldmill::trainer
