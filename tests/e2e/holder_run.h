#pragma once

#include <functional>
#include <string>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {

// A study of long folds on two workers of one slot: `far`, to which something happens, and `near`,
// to which nothing does. Far holds a fold from the beginning; near comes when the test says so.
class HolderRun {
 public:
  HolderRun(ClusterOptions options, ScriptedStudy study);

  // With the study; done by begin() if it was not before.
  void start_coordinator();
  // Far begins, and has trained some epochs of its first fold.
  void begin(const WorkerPlace& place_of_far = {});
  void start_near(const WorkerPlace& place = {}) { cluster_.start_worker("near", 1, place); }

  Cluster& cluster() { return cluster_; }
  testing::Process& far() { return *far_; }
  std::chrono::milliseconds lease() const { return std::chrono::milliseconds(lease_ms_); }

  int attempt() const { return attempt_; }    // that far holds in the beginning
  double attempts(const std::string& where);  // how many there are; -1: the database says nothing
  // Far has lost its fold, and near, which is started then and so is idle, has begun it.
  void expect_taken_over(const WorkerPlace& place_of_near = {});
  // Epochs of that attempt that its trainer has trained, whoever knows of it.
  int trained() const;
  // Epochs of that attempt that are recorded.
  double recorded();

  // Far has come back after its fold was taken over: what it trained too much is nowhere, its slot
  // is used for something else, and in the end everything is there once. `recorded_before` is
  // recorded() while it was away.
  void expect_superseded(double recorded_before);
  void expect_complete();

 private:
  int lease_ms_;
  Cluster cluster_;
  ScriptedStudy study_;
  testing::Process* far_ = nullptr;
  int attempt_ = 0;
};

}  // namespace foldmill::e2e
