// What goes wrong in real use gets a clear message, the right exit code, and loses nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using ::testing::HasSubstr;

class BadInputTest : public ::testing::Test {
 protected:
  testing::Output run(const std::string& yaml) {
    return testing::run_program(
        {built_program("foldmill"), "run", cluster_.write_file("s.yaml", yaml).string(), "--db",
         cluster_.database().string(), "--slots", "1"},
        cluster_.env(), std::chrono::seconds(180));
  }
  testing::Output foldmill(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), built_program("foldmill"));
    return testing::run_program(arguments, cluster_.env());
  }
  // A study whose every attempt does this in its second epoch.
  testing::Output run_misbehaving(const std::string& how) {
    ScriptedStudy study;
    study.folds = 1;
    study.trials = 1;
    study.ms_per_epoch = 1;
    std::string yaml = study.yaml();
    yaml.insert(yaml.find("  epochs:"), "  misbehave: " + how + "\n");
    return run(yaml + "resources: {retries: {worker_lost: 1}}\n");
  }

  Cluster cluster_;
};

TEST_F(BadInputTest, AMistakeInTheStudyFileIsShownInPlace) {
  const testing::Output output =
      run("version: 1\nname: x\nmodel: {type: cae, variant: conv3}\n"
          "optimiser: adam\n");
  EXPECT_EQ(output.exit_code, 4) << output.err;
  EXPECT_THAT(output.err, HasSubstr("s.yaml:4:1"));
  EXPECT_FALSE(std::filesystem::exists(cluster_.database()));
}

TEST_F(BadInputTest, AMissingFileIsNamed) {
  const testing::Output output = foldmill({"run", "/nowhere/x.yaml"});
  EXPECT_NE(output.exit_code, 0);
  EXPECT_THAT(output.err, HasSubstr("/nowhere/x.yaml"));
}

TEST_F(BadInputTest, AMistypedCommandIsSuggested) {
  const testing::Output output = foldmill({"stduy", "list"});
  EXPECT_EQ(output.exit_code, 2) << output.err;
  EXPECT_THAT(output.err, HasSubstr("study"));
}

TEST_F(BadInputTest, AnUnknownStudyIsExitCodeThreeWithTheNearestName) {
  ScriptedStudy study;
  study.folds = 1;
  study.trials = 1;
  study.ms_per_epoch = 1;
  ASSERT_EQ(run(study.yaml()).exit_code, 0);
  const testing::Output output = cluster_.cli_on_file({"trial", "list", "scirpted"});
  EXPECT_EQ(output.exit_code, 3) << output.err;
  EXPECT_THAT(output.err, HasSubstr("scripted"));
}

TEST_F(BadInputTest, AnUnreachableCoordinatorIsExitCodeFive) {
  const testing::Output output =
      foldmill({"study", "list", "--coordinator",
                "unix:" + (cluster_.directory() / "nobody.sock").string()});
  EXPECT_EQ(output.exit_code, 5) << output.err;
  EXPECT_THAT(output.err, HasSubstr("nobody.sock"));
}

TEST_F(BadInputTest, AFileThatIsNoDatabaseIsLeftAlone) {
  const std::string text = "these are my notes, not a database, and they are worth keeping\n";
  const auto notes = cluster_.write_file("notes.db", text);
  const testing::Output reading = foldmill({"study", "list", "--db", notes.string()});
  EXPECT_NE(reading.exit_code, 0);
  EXPECT_THAT(reading.err, HasSubstr("notes.db"));
  const testing::Output serving =
      testing::run_program({built_program("foldmill-coordinator"), "--db", notes.string(), "--unix",
                            (cluster_.directory() / "c.sock").string()},
                           cluster_.env());
  EXPECT_EQ(serving.exit_code, 4) << serving.err;
  EXPECT_THAT(serving.out + serving.err, HasSubstr("notes.db"));
  EXPECT_EQ(testing::read_file(notes), text);
}

TEST_F(BadInputTest, PlainTextOnAnAddressOfTheNetworkIsRefused) {
  const testing::Output output =
      testing::run_program({built_program("foldmill-coordinator"), "--db",
                            cluster_.database().string(), "--listen", "0.0.0.0:0"},
                           cluster_.env());
  EXPECT_NE(output.exit_code, 0);
  EXPECT_THAT(output.out + output.err, HasSubstr("plain text"));
}

TEST_F(BadInputTest, AMissingDataSetEndsTheStudyAndNamesThePlace) {
  if (!std::filesystem::exists(built_program("foldmill-trainer")))
    GTEST_SKIP() << "built without torch";
  const testing::Output output =
      run("version: 1\nname: nodata\ndata: {dataset: idx, path: /nowhere/images}\n"
          "model: {type: cae, variant: conv3}\n"
          "params: {lr: {float: [1.0e-3, 1.0e-2]}, epochs: 1}\nsearch: {trials: 1}\n"
          "resources: {retries: {worker_lost: 0}}\n");
  EXPECT_EQ(output.exit_code, 1) << output.out << output.err;
  EXPECT_THAT(output.out + output.err, HasSubstr("/nowhere/images"));
  EXPECT_EQ(cluster_.number("select count(*) from attempt_list where cause = 'data_missing'"),
            cluster_.number("select count(*) from attempt_list"));
}

struct Misdeed {
  const char* name;   // of the scripted trainer's
  const char* cause;  // recorded for the trial
  friend std::ostream& operator<<(std::ostream& out, const Misdeed& misdeed) {
    return out << misdeed.name;
  }
};

class MisdeedTest : public BadInputTest, public ::testing::WithParamInterface<Misdeed> {};

TEST_P(MisdeedTest, EndsTheStudyWithItsCauseAndLosesNothing) {
  const testing::Output output = run_misbehaving(GetParam().name);
  EXPECT_EQ(output.exit_code, 1) << output.out << output.err;
  EXPECT_GE(cluster_.number("select count(*) from trial_list where state = 'failed'").value_or(0),
            1);
  EXPECT_EQ(
      cluster_.number("select count(*) from trial_list where state = 'failed' and cause <> '" +
                      std::string(GetParam().cause) + "'"),
      0)
      << cluster_.cli_on_file({"query", "select number, cause, message from trial_list"}).out;
  // What was reported before the misdeed is there, once.
  EXPECT_EQ(
      cluster_.number("select count(*) from (select trial, fold, epoch from metric_list where "
                      "name = 'val_loss' group by 1, 2, 3 having count(*) > 1)"),
      0);
  EXPECT_GE(cluster_.number("select count(*) from metric_list where epoch = 1").value_or(0), 1);
}

INSTANTIATE_TEST_SUITE_P(Trainer, MisdeedTest,
                         ::testing::Values(Misdeed{"crash", "lost"}, Misdeed{"exit", "user_error"},
                                           Misdeed{"garbage", "user_error"},
                                           Misdeed{"nan", "diverged"},
                                           Misdeed{"skip_epoch", "user_error"},
                                           Misdeed{"no_metric", "user_error"}),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace foldmill::e2e
