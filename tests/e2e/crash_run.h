#pragma once

#include <map>
#include <string>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {

// A study file, and the studies that must have completed in the end.
struct CrashStudy {
  std::string yaml;
  int studies = 1;
  std::string trainer = built_program("scripted_trainer");
  std::map<std::string, std::string> env = {};  // of coordinator, worker and trainer
};

// Two small searches and what follows them, by the scripted trainer: every message between
// coordinator and worker is sent in it at least once.
CrashStudy scripted_crash_study();
// A tiny search of two folds a trial by foldmill-trainer.
CrashStudy trained_crash_study();

// One coordinator and one worker with one slot, each started again whenever it dies, as a
// supervisor would, and each told once to leave politely. Ends when all studies have completed.
class CrashRun {
 public:
  explicit CrashRun(const CrashStudy& study);

  // False when it has not completed within a generous time.
  bool finish();

  int deaths() const { return deaths_; }  // of coordinator and worker, by a signal
  Cluster& cluster() { return cluster_; }

 private:
  void keep_running();
  bool created();
  bool have_left();
  bool completed();

  int studies_;
  Cluster cluster_;
  std::string file_;
  testing::Process* worker_ = nullptr;
  testing::Process* leaving_worker_ = nullptr;  // told to leave; only compared
  pid_t leaving_coordinator_ = 0;
  int deaths_ = 0;
};

// What is recorded when nothing is killed.
std::string undisturbed_outcome(const CrashStudy& study);

// Runs the study with the failpoint armed, so that one process dies when it passes it for the
// count-th time, and expects that everything recorded in the end is what an undisturbed run
// records. False when no process came there, and none died.
bool dies_and_recovers(const CrashStudy& study, const std::string& failpoint, int count,
                       const std::string& undisturbed);
// The same, and expects that one died.
void expect_survives(const CrashStudy& study, const std::string& failpoint, int count,
                     const std::string& undisturbed);

}  // namespace foldmill::e2e
