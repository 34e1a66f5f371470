// Searches with everything that follows them: one command, killed at every stage, ends as one that
// was left in peace.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;
using ::testing::HasSubstr;

constexpr const char* kPipeline = R"(
version: 1
seed: 3
data: {dataset: mnist}
stages:
  - name: search
    model: {type: cae, variant: conv3}
    params: {lr: {float: [1.0e-4, 1.0e-1], log: true}, epochs: 4}
    search: {sampler: {type: tpe, startup_trials: 3}, trials: 6}
    pruning: {type: median, warmup_trials: 2, warmup_epochs: 1, min_peers: 1}
    folds: {k: 3, race: true}
    final: {cross_validate: {k: 3, of: top, top: 2}, train: {epochs: 5}, test: official}
  - name: tuned
    model:
      type: classifier
      encoder: {from: {study: search, trial: final}}
    params: {lr: {float: [1.0e-4, 1.0e-1], log: true}, epochs: 3}
    objective: {metric: val_accuracy, direction: maximize}
    search: {sampler: {type: tpe, startup_trials: 3}, trials: 4}
    pruning: {type: none}
    final: {train: {}, test: official}
)";

// In the order in which they come to be.
const std::vector<std::string> kStudies = {
    "search", "search@cross-validate", "search@train", "search@test",
    "tuned",  "tuned@train",           "tuned@test"};

class PipelineTest : public ::testing::Test {
 protected:
  std::vector<std::string> command(const std::filesystem::path& db) {
    return {built_program("foldmill"),
            "run",
            file_,
            "--db",
            db.string(),
            "--trainer",
            trainer(),
            "--slots",
            "1"};
  }
  static std::string trainer() { return built_program("scripted_trainer"); }
  std::map<std::string, std::string> env() const {
    auto env = cluster_.env();
    env["FOLDMILL_SCRIPT_PACE"] = "25";
    return env;
  }

  std::string query(const std::filesystem::path& db, const std::string& sql) {
    return testing::run_program(
               {built_program("foldmill"), "query", sql, "-o", "csv", "--db", db.string()},
               cluster_.env())
        .out;
  }
  // All that does not depend on the clock.
  std::string outcome_of(const std::filesystem::path& db) {
    return query(db,
                 "select study, number, state, value, estimated from trial_list order by 1, 2") +
           query(db, "select study, state, budget from study_list order by 1") +
           query(db,
                 "select study, trial, fold, epoch, name, value from metric_list"
                 " order by 1, 2, 3, 4, 5");
  }

  Cluster cluster_;
  const std::string file_ = cluster_.write_file("pipeline.yaml", kPipeline).string();
};

TEST_F(PipelineTest, KilledAtEveryStageItEndsAsOneThatWasLeftInPeace) {
  const std::filesystem::path calm = cluster_.directory() / "calm.db";
  const testing::Output undisturbed =
      testing::run_program(command(calm), env(), std::chrono::seconds(120));
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.out << undisturbed.err;
  for (const std::string& study : kStudies)
    EXPECT_THAT(query(calm, "select state from study_list where study = '" + study + "'"),
                HasSubstr("completed"))
        << study;
  EXPECT_THAT(undisturbed.out, HasSubstr("train of search: completed"));
  EXPECT_THAT(undisturbed.out, HasSubstr("test_loss"));
  EXPECT_THAT(undisturbed.out, HasSubstr("test_accuracy"));

  for (const std::string& study : kStudies) {
    testing::Process process({.argv = command(cluster_.database()),
                              .env = env(),
                              .log = cluster_.directory() / "run.log"});
    ASSERT_TRUE(eventually([&] {
      return cluster_.number("select count(*) from attempt_list where study = '" + study + "'")
                 .value_or(0) > 0;
    })) << study
        << cluster_.logs();
    process.signal_group(SIGKILL);
    process.wait_for(std::chrono::seconds(30));
  }
  const testing::Output last =
      testing::run_program(command(cluster_.database()), env(), std::chrono::seconds(120));
  ASSERT_EQ(last.exit_code, 0) << last.out << last.err;
  EXPECT_GT(outcome_of(calm).size(), 2000u);
  EXPECT_EQ(outcome_of(cluster_.database()), outcome_of(calm));
}

TEST_F(PipelineTest, DaemonsKilledAtAnyStageLoseNothing) {
  cluster_.start_coordinator();
  testing::Process* worker = &cluster_.start_worker("worker", 2);
  const testing::Output created = cluster_.cli({"study", "create", file_});
  ASSERT_EQ(created.exit_code, 0) << created.err;
  for (const std::string& study : kStudies) {
    ASSERT_TRUE(eventually([&] {
      return cluster_.number("select count(*) from study_list where study = '" + study + "'") == 1;
    })) << study
        << cluster_.logs();
    for (const pid_t trainer : testing::children_of(worker->pid())) kill(trainer, SIGKILL);
    cluster_.kill_coordinator();
    worker->signal(SIGKILL);
    cluster_.start_coordinator();
    worker =
        &cluster_.start_worker("worker-after-" + std::to_string(&study - &kStudies.front()), 2);
  }
  const testing::Output waited = cluster_.cli({"study", "wait", "search", "--timeout", "2m"});
  EXPECT_EQ(waited.exit_code, 0) << waited.err << cluster_.logs();
  EXPECT_EQ(waited.out,
            "search completed\nsearch@cross-validate completed\nsearch@train completed\n"
            "search@test completed\n");
  // Not in their order: what a dead worker held waits for its lease to end, while others go on.
  for (const std::string& study : kStudies)
    ASSERT_TRUE(cluster_.wait_completed(study)) << study << "\n" << cluster_.logs();
  EXPECT_EQ(cluster_.number("select count(*) from study_list"), kStudies.size());
  EXPECT_EQ(cluster_.number("select count(*) - count(distinct study || ' ' || trial || ' ' || fold"
                            " || ' ' || epoch || ' ' || name) from metric_list"),
            0);
}

TEST_F(PipelineTest, StagesAreAskedForByHandAndShownInTheLineage) {
  const std::string db = cluster_.database().string();
  const std::string file = cluster_
                               .write_file("one.yaml",
                                           "name: one\nseed: 1\ndata: {dataset: mnist}\n"
                                           "params: {lr: {float: [1.0e-3, 1.0e-1]}, epochs: 2}\n"
                                           "search: {trials: 3}\npruning: {type: none}\n")
                               .string();
  const auto foldmill = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), built_program("foldmill"));
    arguments.insert(arguments.end(), {"--db", db});
    return testing::run_program(arguments, cluster_.env(), std::chrono::seconds(120));
  };
  ASSERT_EQ(foldmill({"run", file, "--trainer", trainer()}).exit_code, 0);
  const testing::Output which = foldmill({"final", "run", "one"});
  EXPECT_NE(which.exit_code, 0);
  EXPECT_THAT(which.err, HasSubstr("which stage?"));

  const testing::Output folds =
      foldmill({"folds", "run", "one", "--k", "3", "--top", "2", "--trainer", trainer()});
  EXPECT_EQ(folds.exit_code, 0) << folds.err;
  EXPECT_THAT(folds.out, HasSubstr("cross-validate of one: completed"));
  const testing::Output final =
      foldmill({"final", "run", "one", "--train", "--test", "--trainer", trainer()});
  EXPECT_EQ(final.exit_code, 0) << final.err;
  EXPECT_THAT(final.out, HasSubstr("test of one: completed"));
  EXPECT_THAT(foldmill({"final", "run", "one", "--train"}).err, HasSubstr("is there already"));
  EXPECT_EQ(cluster_.number("select count(*) from fold_list where study = 'one@cross-validate'"),
            6);

  const testing::Output lineage = foldmill({"study", "lineage", "one@test"});
  EXPECT_THAT(lineage.out, HasSubstr("<- one  (stage test of trial"));
  EXPECT_THAT(foldmill({"study", "lineage", "one"}).out, HasSubstr("-> one@train  (stage train"));
}

TEST_F(PipelineTest, ASimulationOnTheCurvesOfAStudyIsThatStudy) {
  ScriptedStudy study{.name = "real", .trials = 8, .folds = 3, .epochs = 4, .ms_per_epoch = 1};
  const std::string file = cluster_.write_file("real.yaml", study.yaml()).string();
  const std::string db = cluster_.database().string();
  const auto foldmill = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), built_program("foldmill"));
    arguments.insert(arguments.end(), {"--db", db});
    return testing::run_program(arguments, cluster_.env(), std::chrono::seconds(120));
  };
  ASSERT_EQ(foldmill({"run", file, "--slots", "1"}).exit_code, 0);
  const testing::Output simulated =
      foldmill({"simulate", file, "--workers", "1", "--curves", "study:real", "-o", "csv",
                "--columns", "best,fold_epochs", "--no-header"});
  ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
  EXPECT_EQ("best,fold_epochs\n" + simulated.out,
            query(cluster_.database(),
                  "select min(value) best, (select count(*) from metric_list"
                  " where name = 'val_loss') fold_epochs from trial_list"));
}

TEST_F(PipelineTest, NestedFoldsEstimateTheWholeSearch) {
  const std::string file = cluster_
                               .write_file("nested.yaml",
                                           "name: honest\nseed: 1\ndata: {dataset: mnist}\n"
                                           "params: {lr: {float: [1.0e-3, 1.0e-1]}, epochs: 2}\n"
                                           "search: {trials: 3}\npruning: {type: none}\n")
                               .string();
  const testing::Output run =
      testing::run_program({built_program("foldmill"), "run", file, "--nested", "2", "--db",
                            cluster_.database().string(), "--trainer", trainer()},
                           cluster_.env(), std::chrono::seconds(120));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("nested    test_loss"));
  EXPECT_THAT(run.out, HasSubstr("over 2 outer folds"));
  EXPECT_EQ(cluster_.number("select count(*) from study_list where study like 'honest.outer-%@test'"
                            " and state = 'completed'"),
            2);
}

}  // namespace
}  // namespace foldmill::e2e
