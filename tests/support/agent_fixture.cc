#include "tests/support/agent_fixture.h"

#include <spdlog/sinks/null_sink.h>

#include <future>

#include "proto/transport/channel.h"

namespace foldmill::testing {

using namespace std::chrono_literals;

Assignment scripted_assignment(int64_t attempt, int64_t epochs, ParameterSet params) {
  Assignment assignment;
  assignment.attempt = AttemptId(attempt);
  assignment.fold = {StudyId(1), TrialNumber(attempt), FoldIndex(0)};
  assignment.study_name = "scripted";
  assignment.data.dataset = "none";
  assignment.params = std::move(params);
  assignment.epochs = epochs;
  return assignment;
}

worker::SlotOptions scripted_slot(int slot, const std::filesystem::path& work_dir) {
  worker::SlotOptions options;
  const std::filesystem::path directory = work_dir / ("slot-" + std::to_string(slot));
  std::filesystem::create_directories(directory);
  options.hello = {slot, "cpu", 1, {}, directory.string()};
  options.trainer = worker::TrainerCommand{{built_program("scripted_trainer")}, "", {}};
  options.limits.start = 20s;
  options.limits.stop = 300ms;
  options.limits.progress = 20s;
  options.limits.first_backoff = 1ms;
  options.limits.last_backoff = 20ms;
  return options;
}

worker::Logger silent_logger() {
  return std::make_shared<spdlog::logger>("worker",
                                          std::make_shared<spdlog::sinks::null_sink_mt>());
}

RunningAgent::RunningAgent(const FakeCoordinator& coordinator, const test::TempDir& directory,
                           int slots, const std::function<void(worker::AgentOptions&)>& adjust) {
  worker::AgentOptions options;
  options.name = "tested";
  options.version = "0";
  options.first_reconnect = 10ms;
  options.last_reconnect = 50ms;
  for (int slot = 0; slot < slots; ++slot)
    options.slots.push_back(scripted_slot(slot, directory.path()));
  if (adjust) adjust(options);
  agent_ = std::make_unique<worker::WorkerAgent>(
      io_, options, *worker::FileCache::open(directory / "cache", 1 << 20),
      [target = coordinator.target()] {
        return proto::make_channel(*proto::parse_address(target), {});
      },
      [this](worker::ExitCode code, const Status&) {
        exit_code_ = static_cast<int>(code);
        ended_ = true;
      },
      silent_logger());
  // The agent lives and dies on its own thread: its trainers die with the thread that started them.
  thread_ = std::thread([this] {
    const auto work = worker::asio::make_work_guard(io_);
    agent_->start();
    io_.run();
    agent_.reset();
    io_.restart();
    io_.poll();
  });
}

RunningAgent::~RunningAgent() {
  io_.stop();
  thread_.join();
}

template <class Function>
void RunningAgent::on_agent(Function function) {
  std::promise<void> done;
  worker::asio::post(io_, [&] {
    function();
    done.set_value();
  });
  done.get_future().wait();
}

void RunningAgent::drain() {
  on_agent([this] { agent_->drain(); });
}

std::optional<worker::ExitCode> RunningAgent::exit_code() const {
  if (!ended_) return std::nullopt;
  return static_cast<worker::ExitCode>(exit_code_.load());
}

pid_t RunningAgent::trainer_pid(size_t slot) {
  pid_t pid = -1;
  on_agent([&] { pid = agent_->runner().slot(slot).trainer_pid(); });
  return pid;
}

}  // namespace foldmill::testing
