#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "tests/support/fake_coordinator.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "worker/agent/worker_agent.h"

namespace foldmill::testing {

// An assignment for the scripted trainer.
Assignment scripted_assignment(int64_t attempt, int64_t epochs, ParameterSet params = {});

// One slot with the scripted trainer, its limits short enough to be waited for.
worker::SlotOptions scripted_slot(int slot, const std::filesystem::path& work_dir);

// A logger that says nothing.
worker::Logger silent_logger();

// A worker agent on a thread of its own, with scripted trainers, against a fake coordinator.
class RunningAgent {
 public:
  RunningAgent(const FakeCoordinator& coordinator, const test::TempDir& directory, int slots = 1,
               const std::function<void(worker::AgentOptions&)>& adjust = {});
  ~RunningAgent();

  void drain();
  bool ended() const { return ended_; }
  std::optional<worker::ExitCode> exit_code() const;
  pid_t trainer_pid(size_t slot = 0);  // -1 when there is none

 private:
  template <class Function>
  void on_agent(Function function);

  worker::asio::io_context io_;
  std::unique_ptr<worker::WorkerAgent> agent_;
  std::atomic<bool> ended_{false};
  std::atomic<int> exit_code_{-1};
  std::thread thread_;
};

}  // namespace foldmill::testing
