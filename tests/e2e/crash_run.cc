#include "tests/e2e/crash_run.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

namespace foldmill::e2e {
namespace {

using testing::eventually;

constexpr const char* kScripted = R"(
version: 1
seed: 3
data: {dataset: mnist}
stages:
  - name: search
    model: {type: cae, variant: conv3}
    params: {lr: {float: [1.0e-4, 1.0e-1], log: true}, epochs: 4}
    search: {sampler: {type: tpe, startup_trials: 3}, trials: 5}
    pruning: {type: median, warmup_trials: 2, warmup_epochs: 1, min_peers: 1}
    folds: {k: 2}
    final: {train: {epochs: 2}, test: official}
  - name: tuned
    model:
      type: classifier
      encoder: {from: {study: search, trial: final}}
    params: {lr: {float: [1.0e-4, 1.0e-1], log: true}, epochs: 3}
    objective: {metric: val_accuracy, direction: maximize}
    search: {sampler: {type: tpe, startup_trials: 3}, trials: 2}
    pruning: {type: none}
)";
constexpr int kScriptedStudies = 4;  // search, its train and test, tuned

constexpr const char* kTrained = R"(
version: 1
name: trained
seed: 5
data: {dataset: fashion-mnist, subset: {train: 60}}
model: {type: cae, variant: conv3}
params: {lr: {float: [1.0e-4, 1.0e-2], log: true}, latent_dim: 2, batch_size: 20, epochs: 3}
search: {sampler: {type: tpe, startup_trials: 1}, trials: 2}
pruning: {type: none}
folds: {k: 2}
resources: {retries: {worker_lost: 10}}
)";

constexpr std::chrono::minutes kPatience{4};
constexpr int kLeaseMs = 30'000;  // nobody is lost for being slow on a busy machine
constexpr int kReportsBeforeTheWorkerLeaves = 4;
constexpr int kReportsBeforeTheCoordinatorLeaves = 8;

bool was_killed(testing::Process& ended) {
  return ended.wait_for(std::chrono::milliseconds(0)).value_or(0) > 128;
}

}  // namespace

CrashStudy scripted_crash_study() {
  return {.yaml = kScripted, .studies = kScriptedStudies, .env = {{"FOLDMILL_SCRIPT_PACE", "15"}}};
}

CrashStudy trained_crash_study() {
  return {.yaml = kTrained,
          .studies = 1,
          .trainer = built_program("foldmill-trainer"),
          // Threads that spin while they wait for each other make a busy machine ten times slower.
          .env = {{"OMP_WAIT_POLICY", "PASSIVE"}}};
}

CrashRun::CrashRun(const CrashStudy& study)
    : studies_(study.studies),
      cluster_({.lease_ms = kLeaseMs, .trainer = study.trainer, .env = study.env}) {
  file_ = cluster_.write_file("study.yaml", study.yaml).string();
  cluster_.spawn_coordinator();
  worker_ = &cluster_.start_worker("worker");
}

bool CrashRun::finish() {
  return eventually([this] { return keep_running(), created(); }, kPatience) &&
         eventually([this] { return keep_running(), have_left() && completed(); }, kPatience);
}

void CrashRun::keep_running() {
  if (!cluster_.coordinator_runs()) {
    if (was_killed(cluster_.coordinator())) ++deaths_;
    cluster_.spawn_coordinator();
  }
  if (!worker_->running()) {
    if (was_killed(*worker_)) ++deaths_;
    worker_ = &cluster_.start_worker("worker");
  }
}

// Again and again until it is told to have worked: creating what is there already is no mistake.
bool CrashRun::created() { return cluster_.cli({"study", "create", file_}).exit_code == 0; }

// Worker and coordinator are each told to leave at a point of the way. True once others are in
// their places.
bool CrashRun::have_left() {
  const int reports = static_cast<int>(
      cluster_.number("select count(*) from metric_list where name = 'val_loss'").value_or(0));
  if (leaving_worker_ == nullptr && reports >= kReportsBeforeTheWorkerLeaves) {
    leaving_worker_ = worker_;
    worker_->signal(SIGTERM);
  }
  if (leaving_coordinator_ == 0 && reports >= kReportsBeforeTheCoordinatorLeaves) {
    leaving_coordinator_ = cluster_.coordinator().pid();
    cluster_.coordinator().signal(SIGTERM);
  }
  return leaving_worker_ != nullptr && leaving_worker_ != worker_ && leaving_coordinator_ != 0 &&
         leaving_coordinator_ != cluster_.coordinator().pid();
}

bool CrashRun::completed() {
  return cluster_.number("select count(*) from study_list where state = 'completed'") == studies_;
}

std::string undisturbed_outcome(const CrashStudy& study) {
  CrashRun run(study);
  EXPECT_TRUE(run.finish()) << run.cluster().logs();
  EXPECT_EQ(run.deaths(), 0) << run.cluster().logs();
  return run.cluster().outcome();
}

bool dies_and_recovers(const CrashStudy& study, const std::string& failpoint, int count,
                       const std::string& undisturbed) {
  const std::string wanted = failpoint + ":" + std::to_string(count);
  SCOPED_TRACE(wanted);
  const test::TempDir directory;
  const std::filesystem::path died = directory / "died";
  CrashStudy crashing = study;
  crashing.env["FOLDMILL_FAILPOINT"] = wanted;
  crashing.env["FOLDMILL_FAILPOINT_ONCE"] = died.string();
  CrashRun run(crashing);
  EXPECT_TRUE(run.finish()) << run.cluster().logs();
  EXPECT_EQ(run.cluster().outcome(), undisturbed) << run.cluster().logs();
  return std::filesystem::exists(died);
}

void expect_survives(const CrashStudy& study, const std::string& failpoint, int count,
                     const std::string& undisturbed) {
  EXPECT_TRUE(dies_and_recovers(study, failpoint, count, undisturbed))
      << failpoint << " was never passed for the " << count << ". time";
}

}  // namespace foldmill::e2e
