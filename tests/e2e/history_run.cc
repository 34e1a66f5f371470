#include "tests/e2e/history_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <sstream>
#include <utility>

#include "core/text.h"
#include "proto/transport/channel.h"
#include "tests/history/asker.h"
#include "tests/history/check.h"
#include "tests/history/virtual_worker.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

constexpr int kLeaseMs = 1000;
constexpr std::chrono::minutes kPatience{5};

std::string yaml_of(const HistoryStudy& study) {
  const bool outside = study.model == "external";
  return concat("version: 1\nname: h\nseed: 1\nmodel: {type: ", study.model,
                outside ? "" : ", run: [/bin/false]",
                "}\nparams: {x: {float: [0, 1]}, epochs: ", study.epochs, "}\n",
                outside ? "" : "objective: {metric: val_loss}\n",
                "search: {sampler: {type: random}, trials: ", study.trials,
                "}\npruning: {type: none}\nfolds: {k: ", study.folds,
                ", stratified: false}\nresources: {retries: {worker_lost: 1000}}\n");
}

// Lines of a query, split at the commas.
std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

}  // namespace

ClusterOptions history_cluster() { return {.lease_ms = kLeaseMs, .heartbeat_ms = 200}; }

HistoryRun::HistoryRun(Cluster& cluster, const HistoryStudy& study, uint64_t seed)
    : study_(study), random_(seed), cluster_(cluster) {
  cluster_.start_coordinator();
  const testing::Output output =
      cluster_.cli({"study", "create", cluster_.write_file("h.yaml", yaml_of(study)).string()});
  EXPECT_EQ(output.exit_code, 0) << output.err;
}

HistoryRun::~HistoryRun() { stop_clients(); }

void HistoryRun::start(std::function<void()> client) { clients_.emplace_back(std::move(client)); }

void HistoryRun::add_askers(int count) {
  const auto channel = proto::make_channel(*proto::parse_address(cluster_.address()), {});
  ASSERT_TRUE(channel.ok()) << channel.status().message();
  for (int i = 0; i < count; ++i)
    start([this, i, channel = *channel, seed = random_.next_u64()] {
      history::Asker(log_, channel,
                     {.study = "h",
                      .name = concat("asker-", i),
                      .epochs = study_.epochs,
                      .lease_ms = kLeaseMs},
                     seed, over_)
          .run();
    });
}

void HistoryRun::add_workers(int count) {
  for (int i = 0; i < count; ++i)
    start([this, i, seed = random_.next_u64()] {
      history::VirtualWorker(log_, *proto::parse_address(cluster_.address()), concat("worker-", i),
                             seed, over_)
          .run();
    });
}

void HistoryRun::kill_coordinator(int times, bool endless) {
  // Before anything else: clients that hear that there is no trial for good leave.
  if (endless) extend_in_time();
  for (; times > 0 && !::testing::Test::HasFailure(); --times) {
    const size_t before = log_.answers();
    const auto goes_on = [&] { return log_.answers() > before || (!endless && completed()); };
    const bool answers = eventually(goes_on, kPatience);
    ASSERT_TRUE(answers) << "nobody was answered\n" << cluster_.logs();
    if (!endless && completed()) return;
    if (endless) extend_in_time();  // a coordinator that answers is there to be asked
    std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(study_.longest_life_ms)));
    cluster_.kill_coordinator();
    cluster_.spawn_coordinator();
    ++kills_;
  }
}

// To a total, so that asking again after an answer that never came asks for nothing more.
void HistoryRun::extend_in_time() {
  const auto left = cluster_.number("select budget - completed from study_list");
  if (!left || *left > study_.spare_trials) return;
  const std::string wanted = std::to_string(study_.trials + 2 * study_.spare_trials);
  if (cluster_.cli({"study", "extend", "h", "--trials", wanted}).exit_code == 0)
    study_.trials += 2 * study_.spare_trials;
}

bool HistoryRun::completed() { return cluster_.state_of("h") == "completed"; }

void HistoryRun::finish() {
  ASSERT_TRUE(eventually([this] { return completed(); }, kPatience)) << cluster_.logs();
  stop_clients();
  study_.trials = static_cast<int>(cluster_.number("select budget from study_list").value_or(-1));
  const auto history = log_.with(read_database());
  std::cout << kills_ << " kills, " << clients_.size() << " clients, " << log_.answers()
            << " answers, " << study_.trials << " trials" << std::endl;
  EXPECT_THAT(history::violations(history, {study_.trials, study_.folds, study_.epochs}),
              ::testing::IsEmpty());
  EXPECT_EQ(cluster_.number("select count(*) from trial_list"), study_.trials);
  expect_fenced(cluster_, "h");
  expect_sound(cluster_);
}

std::vector<std::string> HistoryRun::unexplained() {
  stop_clients();
  return history::unexplained(log_.with(read_database()), study_.epochs);
}

// Calls that wait for the coordinator end with it.
void HistoryRun::stop_clients() {
  over_ = true;
  if (cluster_.coordinator_runs()) cluster_.kill_coordinator();
  for (std::thread& client : clients_)
    if (client.joinable()) client.join();
}

std::vector<history::Operation> HistoryRun::read_database() {
  std::map<std::pair<int64_t, int64_t>, history::Operation> reads;
  const auto number = [](const std::string& text) { return parse_int(text).value_or(-1); };
  for (const auto& row : rows_of(cluster_.query("select trial, fold, state from fold_list"))) {
    history::Operation read{.client = "database",
                            .act = history::Act::kRead,
                            .trial = number(row[0]),
                            .fold = number(row[1])};
    read.completed = row[2] == "completed";
    reads[{read.trial, read.fold}] = std::move(read);
  }
  const std::string metric = study_.model == "external" ? "value" : "val_loss";
  for (const auto& row : rows_of(cluster_.query("select trial, fold, value from metric_list where "
                                                "name = '" +
                                                metric + "' order by epoch")))
    reads[{number(row[0]), number(row[1])}].curve.push_back(parse_double(row[2]).value_or(-1));
  std::vector<history::Operation> list;
  for (auto& [fold, read] : reads) list.push_back(std::move(read));
  return list;
}

}  // namespace foldmill::e2e
