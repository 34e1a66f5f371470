#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/random.h"
#include "tests/e2e/cluster.h"
#include "tests/history/log.h"

namespace foldmill::e2e {

// What the clients of a history are to make: `folds` of each trial, `epochs` of each fold.
struct HistoryStudy {
  std::string model;  // external (askers) or command (workers)
  int trials = 20;
  int folds = 1;
  int epochs = 3;
  uint64_t longest_life_ms = 60;  // of a coordinator, after its first answer
  // More than are completed in a life and a start, also where the test itself is kept waiting.
  int spare_trials = 200;
};

// The cluster that a history is made with: what its clients count on.
ClusterOptions history_cluster();

// A real coordinator that is killed again and again, and clients that log all they do and are
// answered (R9). At the end the log, and what the database then holds, are checked against the
// model of what is promised. The cluster outlives it, and is its own.
class HistoryRun {
 public:
  HistoryRun(Cluster& cluster, const HistoryStudy& study, uint64_t seed);
  ~HistoryRun();

  void add_askers(int count);
  void add_workers(int count);
  // So many times: waits for an answer from the coordinator, then kills it and starts it again.
  // `endless`: the budget grows as long as there is killing to do; else the study's end ends it.
  void kill_coordinator(int times, bool endless);
  // Waits for the study's end and checks.
  void finish();
  // Kills the coordinator for good, wherever the study is: what was answered, and is not there.
  std::vector<std::string> unexplained();

 private:
  void start(std::function<void()> client);
  void stop_clients();
  bool completed();
  void extend_in_time();
  std::vector<history::Operation> read_database();

  HistoryStudy study_;
  Random random_;
  Cluster& cluster_;
  history::Log log_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> clients_;
  int kills_ = 0;
};

}  // namespace foldmill::e2e
