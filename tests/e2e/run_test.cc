// `foldmill run` as a person uses it: one command that starts its own coordinator and worker, is
// interrupted or killed, and goes on with the same command.

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

class RunTest : public ::testing::Test {
 protected:
  std::vector<std::string> command(const std::string& file, const std::string& db) {
    return {built_program("foldmill"), "run", file, "--db", db, "--slots", "1"};
  }
  // Trials without what depends on the clock.
  std::string trials_of(const std::string& db, const std::string& study) {
    return testing::run_program(
               {built_program("foldmill"), "query",
                "select t.number, t.state, t.value, p.name, p.value from trial_list t join "
                "parameter_list p on p.study = t.study and p.trial = t.number where t.study = '" +
                    study + "' order by 1, 4",
                "-o", "csv", "--db", db},
               cluster_.env())
        .out;
  }
  std::string curves_of(const std::string& db) {
    return testing::run_program(
               {built_program("foldmill"), "query",
                "select trial, fold, epoch, name, value from metric_list order by 1, 2, 3, 4", "-o",
                "csv", "--db", db},
               cluster_.env())
        .out;
  }

  Cluster cluster_;
};

TEST_F(RunTest, OneSlotStudyKilledAndResumedEqualsOneThatWasNot) {
  ScriptedStudy study;
  study.trials = 14;
  study.folds = 2;
  study.epochs = 4;
  study.ms_per_epoch = 15;
  study.pruning = "median, warmup_trials: 2, warmup_epochs: 1, min_peers: 1";
  const std::string file = cluster_.write_file("s.yaml", study.yaml()).string();
  const std::string calm = (cluster_.directory() / "calm.db").string();
  const std::string stormy = (cluster_.directory() / "study.db").string();

  const testing::Output undisturbed =
      testing::run_program(command(file, calm), cluster_.env(), std::chrono::seconds(120));
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.out << undisturbed.err;

  for (const int reports : {3, 12, 22}) {
    testing::Process process({.argv = command(file, stormy),
                              .env = cluster_.env(),
                              .log = cluster_.directory() / "run.log"});
    ASSERT_TRUE(eventually([&] {
      return cluster_.number("select count(*) from metric_list where name = 'val_loss'")
                 .value_or(0) >= reports;
    })) << cluster_.logs();
    process.signal_group(SIGKILL);
    process.wait_for(std::chrono::seconds(30));
  }
  const testing::Output last =
      testing::run_program(command(file, stormy), cluster_.env(), std::chrono::seconds(120));
  ASSERT_EQ(last.exit_code, 0) << last.out << last.err;

  EXPECT_GT(trials_of(calm, study.name).size(), 200u);
  EXPECT_EQ(trials_of(stormy, study.name), trials_of(calm, study.name));
  EXPECT_EQ(curves_of(stormy), curves_of(calm));
  expect_exactly_once(cluster_, study.name, study.trials, study.folds, study.epochs);
}

TEST_F(RunTest, InterruptStopsAfterCheckpointAndTheSameCommandGoesOn) {
  ScriptedStudy study;
  study.trials = 5;
  study.ms_per_epoch = 40;
  const std::string file = cluster_.write_file("s.yaml", study.yaml()).string();
  const std::string db = cluster_.database().string();
  {
    testing::Process process({.argv = command(file, db),
                              .env = cluster_.env(),
                              .log = cluster_.directory() / "run.log"});
    ASSERT_TRUE(eventually([&] {
      return cluster_.number("select count(*) from metric_list where name = 'val_loss'")
                 .value_or(0) >= 4;
    })) << cluster_.logs();
    process.signal(SIGINT);
    EXPECT_EQ(process.wait_for(std::chrono::seconds(60)), 130) << cluster_.logs();
  }
  EXPECT_EQ(cluster_.number("select count(*) from fold_list where state = 'leased'"), 0);
  const testing::Output again =
      testing::run_program(command(file, db), cluster_.env(), std::chrono::seconds(120));
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
  expect_exactly_once(cluster_, study.name, study.trials, study.folds, study.epochs);
}

TEST_F(RunTest, AStudyBeginsWithTheBestPointsOfAnother) {
  ScriptedStudy study;
  study.trials = 4;
  study.folds = 1;
  study.ms_per_epoch = 2;
  study.pruning = "none";
  const std::string db = cluster_.database().string();
  const std::string file = cluster_.write_file("s.yaml", study.yaml()).string();
  ASSERT_EQ(testing::run_program(command(file, db), cluster_.env()).exit_code, 0);
  auto second = command(file, db);
  second.insert(second.end(), {"--name", "second", "--warm-start", study.name + ":2"});
  const testing::Output run = testing::run_program(second, cluster_.env());
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  const std::string best = "select min(value) from trial_list where state = 'completed' and ";
  EXPECT_EQ(cluster_.number("select count(*) from trial_list where study = 'second' and enqueued"),
            2);
  EXPECT_EQ(cluster_.number("select count(*) from trial_list where study = 'second'"), 4);
  // The same point again: the scripted trainer's value is a function of the parameters.
  const auto theirs = cluster_.number(best + "study = '" + study.name + "'");
  ASSERT_TRUE(theirs.has_value());
  EXPECT_EQ(cluster_.number(best + "study = 'second' and number = 0"), theirs);
}

TEST_F(RunTest, AFinishedStudyIsSaidToBeDone) {
  ScriptedStudy study;
  study.trials = 3;
  study.folds = 1;
  study.ms_per_epoch = 2;
  const std::string file = cluster_.write_file("s.yaml", study.yaml()).string();
  const std::string db = cluster_.database().string();
  const testing::Output first =
      testing::run_program(command(file, db), cluster_.env(), std::chrono::seconds(120));
  ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
  const testing::Output second =
      testing::run_program(command(file, db), cluster_.env(), std::chrono::seconds(120));
  EXPECT_EQ(second.exit_code, 0) << second.out << second.err;
  EXPECT_EQ(cluster_.number("select count(*) from trial_list"), 3);

  // Extending it is one verb, and works with nothing running.
  const testing::Output extend =
      cluster_.cli_on_file({"study", "extend", study.name, "--trials", "+2"});
  EXPECT_EQ(extend.exit_code, 0) << extend.out << extend.err;
  const testing::Output third =
      testing::run_program(command(file, db), cluster_.env(), std::chrono::seconds(120));
  EXPECT_EQ(third.exit_code, 0) << third.out << third.err;
  EXPECT_EQ(cluster_.number("select count(*) from trial_list"), 5);
}

TEST_F(RunTest, TrainsOnFashionMnistWithTheRealTrainer) {
  if (!std::filesystem::exists(built_program("foldmill-trainer")))
    GTEST_SKIP() << "built without torch";
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const std::string file =
      cluster_
          .write_file("fashion.yaml",
                      "version: 1\nname: fashion\nseed: 3\n"
                      "data: {dataset: fashion-mnist, normalize: standard, subset: {train: 1000}}\n"
                      "model: {type: cae, variant: conv3}\n"
                      "params:\n  lr: {float: [1.0e-3, 8.0e-3], log: true}\n"
                      "  filters_1: {int: [8, 16], step: 4}\n"
                      "  latent_dim: 8\n  batch_size: 100\n  epochs: 2\n"
                      "search: {sampler: {type: random}, trials: 2}\n"
                      "folds: {k: 2, when: every_trial}\n")
          .string();
  const testing::Output output = testing::run_program(command(file, cluster_.database().string()),
                                                      cluster_.env(), std::chrono::seconds(240));
  ASSERT_EQ(output.exit_code, 0) << output.out << output.err;
  expect_exactly_once(cluster_, "fashion", 2, 2, 2);
  EXPECT_GT(cluster_.number("select min(value) from metric_list where name = 'val_loss'"), 0.0);
  EXPECT_LT(cluster_.number("select min(value) from metric_list where name = 'val_loss'"), 1.0);
}

}  // namespace
}  // namespace foldmill::e2e
