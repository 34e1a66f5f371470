#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "coordinator/coordinator.h"
#include "core/text.h"
#include "proto/transport/channel.h"
#include "tests/bench/command.h"
#include "tests/bench/load/create_study.h"
#include "tests/support/fake_worker.h"
#include "tests/support/temp_dir.h"

namespace foldmill::bench {
namespace {

using BenchClock = std::chrono::steady_clock;

struct CommitOptions {
  int workers = 8;
  int window = 16;
  int reports = 2000;
};

// What one worker saw: the time from each report to its acknowledgement.
struct Seen {
  std::vector<double> ack_ms;
  std::string failure;
};

// Reports epoch after epoch of its one attempt, with at most `window` of them not acknowledged.
Seen report_all(const std::shared_ptr<grpc::Channel>& channel, const std::string& name,
                const CommitOptions& options) {
  Seen seen;
  testing::FakeWorker worker(channel);
  worker.hello(name);
  const auto task = worker.next<proto::SlotAssignment>();
  if (!task) return {{}, "no assignment for " + name};
  const AttemptId attempt = task->assignment.attempt;

  std::deque<BenchClock::time_point> sent;
  for (int epoch = 1; epoch <= options.reports || !sent.empty();) {
    if (epoch <= options.reports && sent.size() < static_cast<size_t>(options.window)) {
      sent.push_back(BenchClock::now());
      worker.send(
          {static_cast<uint64_t>(epoch),
           proto::AttemptReport{
               attempt, {epoch, {{"train_loss", 1.0 / epoch}, {"val_loss", 1.1 / epoch}}, 0.01}}});
      ++epoch;
      continue;
    }
    const auto ack = worker.next<proto::Ack>();
    if (!ack) return {{}, "the session of " + name + " ended early"};
    if (ack->verdict != proto::AckVerdict::kAccepted)
      return {{}, concat("report ", ack->sequence, " of ", name, ": ", ack->message)};
    seen.ack_ms.push_back(
        std::chrono::duration<double, std::milli>(BenchClock::now() - sent.front()).count());
    sent.pop_front();
  }
  return seen;
}

StudySpec make_study(const CommitOptions& options) {
  StudySpec spec;
  spec.name = "commit";
  spec.model.type = "command";
  spec.model.command = {"true"};
  spec.constants = {{"epochs", int64_t{options.reports + 1}}};  // none of them finishes
  spec.space = *SearchSpace::create({{"lr", *Distribution::make_float(0, 1), {}}});
  spec.sampler.type = "random";
  spec.trials = options.workers;
  return spec;
}

// A whole coordinator in this process: engine, store thread and database file as in production, and
// workers on gRPC sessions over a unix socket.
Result<Report> run_commit(const CommitOptions& options) {
  test::TempDir directory;
  FOLDMILL_ASSIGN_OR_RETURN(
      coordinator::Database database,
      coordinator::open_database(directory / "commit.db", storage::StoreOptions{}));
  coordinator::Options settings;
  settings.database = directory / "commit.db";
  const std::string address = "unix:" + (directory / "c.sock").string();
  FOLDMILL_ASSIGN_OR_RETURN(proto::Address parsed, proto::parse_address(address));
  settings.listen = {parsed};
  coordinator::Coordinator coordinator(
      std::move(database), settings, coordinator::Logging::none(),
      [](const Status& status) { FOLDMILL_CHECK(false, status.message()); });
  FOLDMILL_RETURN_IF_ERROR(coordinator.start());
  FOLDMILL_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel,
                            proto::make_channel(parsed, {}));
  FOLDMILL_RETURN_IF_ERROR(create_study(channel, make_study(options)));

  std::vector<Seen> seen(static_cast<size_t>(options.workers));
  const auto start = BenchClock::now();
  {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < seen.size(); ++i)
      threads.emplace_back(
          [&, i] { seen[i] = report_all(channel, "worker-" + std::to_string(i), options); });
    for (std::thread& thread : threads) thread.join();
  }
  const double seconds = std::chrono::duration<double>(BenchClock::now() - start).count();
  coordinator.shutdown();

  std::vector<double> ack_ms;
  for (const Seen& one : seen) {
    if (!one.failure.empty()) return internal_error(one.failure);
    ack_ms.insert(ack_ms.end(), one.ack_ms.begin(), one.ack_ms.end());
  }
  const double reports = static_cast<double>(ack_ms.size());
  nlohmann::ordered_json result = summarize_ms(std::move(ack_ms));
  result["reports"] = reports;
  result["seconds"] = seconds;
  result["reports_per_second"] = reports / seconds;
  return Report{"commit",
                {{"workers", options.workers},
                 {"window", options.window},
                 {"reports_per_worker", options.reports}},
                std::move(result)};
}

}  // namespace

Command add_commit_command(CLI::App& app) {
  auto options = std::make_shared<CommitOptions>();
  CLI::App* command =
      app.add_subcommand("commit", "epoch reports committed per second, acknowledged one by one");
  command->add_option("--workers", options->workers, "sessions that report at the same time")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--window", options->window, "reports a worker has on the way at most")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--reports", options->reports, "reports of each worker")
      ->check(CLI::Range(1, 90000))
      ->capture_default_str();
  return {command, [options] { return run_commit(*options); }};
}

}  // namespace foldmill::bench
