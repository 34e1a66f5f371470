#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace foldmill::e2e {

using testing::built_program;

// Folds trained by the scripted trainer: a `command` study, fast and with known curves.
struct ScriptedStudy {
  std::string name = "scripted";
  int trials = 6;
  int folds = 3;
  int epochs = 6;
  int ms_per_epoch = 30;  // 0: FOLDMILL_SCRIPT_PACE of the environment
  std::string sampler = "tpe";
  std::string pruning = "none";
  std::string extra = {};  // further top-level YAML

  std::string yaml() const;
};

struct ClusterOptions {
  int lease_ms = 3000;
  int heartbeat_ms = 500;
  std::string trainer = built_program("scripted_trainer");  // of foldmill's own models
  std::map<std::string, std::string> env = {};              // of coordinator and workers, added
  std::string listen = {};              // a TCP address to serve beside the socket, in plain text
  std::string database_directory = {};  // below the cluster's; made by the test
};

// Where a worker runs, if not beside its coordinator.
struct WorkerPlace {
  std::string coordinator = {};         // as the worker sees it; empty: its unix socket
  std::vector<std::string> under = {};  // the command that starts it there: ip netns exec …
};

// One coordinator, any number of workers and the command line, with the real binaries, in a
// directory of the test's own. Leases are short so that losses are noticed soon. A coordinator that
// lives elsewhere, and its database with it, is a subclass (guest_cluster.h).
class Cluster {
 public:
  explicit Cluster(ClusterOptions options = {});
  virtual ~Cluster() = default;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void start_coordinator();          // and waits until it serves
  virtual void spawn_coordinator();  // and does not
  virtual void kill_coordinator();   // SIGKILL
  virtual bool coordinator_runs();
  testing::Process& coordinator() { return *coordinator_; }
  testing::Process& start_worker(const std::string& name, int slots = 1,
                                 const WorkerPlace& place = {});

  // What the trainers really trained, in the order in which they did.
  struct TrainedEpoch {
    std::string study;
    int trial, fold, epoch, attempt;
  };
  std::vector<TrainedEpoch> trained() const;

  // `foldmill ARGUMENTS` against the running coordinator.
  testing::Output cli(std::vector<std::string> arguments);
  // `foldmill ARGUMENTS` against the database file alone.
  testing::Output cli_on_file(std::vector<std::string> arguments);
  // One number from SQL over the database file; nothing when there is none (yet).
  std::optional<double> number(const std::string& sql);

  void create(const ScriptedStudy& study);
  std::filesystem::path write_file(const std::string& name, const std::string& text);

  // What SQL over the database file says, as CSV without a header.
  std::string query(const std::string& sql);
  // All that is recorded of all studies and does not depend on the clock or on who did it: states,
  // values, parameters, reports, and the order in which the trials of each were made.
  std::string outcome();

  std::string state_of(const std::string& study);
  bool wait_completed(const std::string& study);

  const test::TempDir& directory() const { return directory_; }
  virtual std::string address() const { return "unix:" + (directory_ / "c.sock").string(); }
  std::filesystem::path database() const {
    return directory_ / options_.database_directory / "study.db";
  }
  std::map<std::string, std::string> env() const;  // of the command line
  std::string logs() const;                        // of all programs, for failure messages

 protected:
  // The coordinator's, wherever it runs.
  std::vector<std::string> timing_arguments() const;
  // By which the command line reads the database.
  virtual std::vector<std::string> database_arguments();

 private:
  std::map<std::string, std::string> daemon_env() const;

  ClusterOptions options_;
  test::TempDir directory_;
  std::optional<testing::Process> coordinator_;
  std::vector<std::unique_ptr<testing::Process>> workers_;
};

// `foldmill server check` finds nothing.
void expect_sound(Cluster& cluster);

// The promise: the asked number of trials is completed or pruned, and the reports of every fold are
// 1 … E, each once; completed folds are complete; `foldmill server check` finds nothing.
void expect_exactly_once(Cluster& cluster, const std::string& study, int trials, int folds,
                         int epochs);

// Fencing: of a fold's attempts at most one held it at any time, and every accepted report came
// from the one that held it then.
void expect_fenced(Cluster& cluster, const std::string& study);

// How many recorded epochs each attempt trained again that took a fold over, at the most. A fault
// costs one, where an epoch takes longer than its checkpoint on its way to the coordinator.
int most_epochs_trained_again(Cluster& cluster, const std::string& study);

}  // namespace foldmill::e2e
