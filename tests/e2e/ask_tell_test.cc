// Loops outside with the real programs: the examples' loops train a study, a coordinator is killed
// between ask and tell, a loop is taken for dead.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class AskTellTest : public ::testing::Test {
 protected:
  void create(const std::string& yaml) {
    const testing::Output output =
        cluster_.cli({"study", "create", cluster_.write_file("s.yaml", yaml).string()});
    ASSERT_EQ(output.exit_code, 0) << output.out << output.err;
  }
  void create_small(const std::string& extra = "") {
    create("name: s\nmodel: {type: external}\nparams: {lr: {float: [0, 1]}, epochs: 5}\n" + extra);
  }
  Json ask(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"ask", "s", "-o", "json"};
    words.insert(words.end(), more.begin(), more.end());
    const testing::Output output = cluster_.cli(words);
    EXPECT_EQ(output.exit_code, 0) << output.out << output.err;
    return Json::parse(output.out, nullptr, false);
  }
  // A loop of examples/ask-tell against the coordinator, as a process of its own.
  testing::Process loop(const std::vector<std::string>& program, const std::string& log) {
    std::map<std::string, std::string> env = cluster_.env();
    const std::filesystem::path bin =
        std::filesystem::path(built_program("foldmill")).parent_path();
    env["PATH"] = bin.string() + ":" + getenv("PATH");
    env["FOLDMILL_COORDINATOR"] = "unix:" + (cluster_.directory() / "c.sock").string();
    return testing::Process({.argv = program, .env = env, .log = cluster_.directory() / log});
  }

  Cluster cluster_;
};

TEST_F(AskTellTest, TheExamplesLoopsTrainOneStudyTogether) {
  const std::string examples = FOLDMILL_EXAMPLES "/ask-tell/";
  cluster_.start_coordinator();
  const testing::Output created = cluster_.cli({"study", "create", examples + "study.yaml"});
  ASSERT_EQ(created.exit_code, 0) << created.err;
  testing::Process shell = loop({"/bin/sh", examples + "loop.sh"}, "shell.log");
  testing::Process python = loop({"/usr/bin/env", "python3", examples + "loop.py"}, "python.log");
  EXPECT_EQ(shell.wait_for(std::chrono::seconds(150)), 0) << cluster_.logs();
  EXPECT_EQ(python.wait_for(std::chrono::seconds(60)), 0) << cluster_.logs();
  EXPECT_EQ(cluster_.state_of("ask-tell"), "completed");
  EXPECT_EQ(cluster_.number("select count(*) from trial_list where state in "
                            "('completed', 'pruned')"),
            16);
  EXPECT_EQ(cluster_.number("select count(*) from trial_list"), 16);
  EXPECT_EQ(cluster_.number("select count(*) from (select trial, fold, epoch from metric_list "
                            "group by 1, 2, 3 having count(*) > 1)"),
            0);
  EXPECT_EQ(cluster_.number("select count(*) from fold_list f where f.state = 'completed' and "
                            "epochs <> 6"),
            0);
  EXPECT_GT(cluster_.number("select count(*) from trial_list where state = 'pruned'").value_or(0),
            0)
      << cluster_.logs();
}

TEST_F(AskTellTest, ACoordinatorKilledBetweenAskAndTellLosesNothing) {
  cluster_.start_coordinator();
  create_small();
  const Json asked = ask({"--key", "mine"});
  cluster_.kill_coordinator();
  EXPECT_EQ(cluster_.cli({"tell", "s/0", "0.5"}).exit_code, 5);
  cluster_.start_coordinator();
  EXPECT_EQ(ask({"--key", "mine"}), asked);
  EXPECT_EQ(cluster_.cli({"trial", "report", "s/0", "--epoch", "1", "0.75"}).exit_code, 0);
  cluster_.kill_coordinator();

  testing::Process telling =
      loop({built_program("foldmill"), "tell", "s/0", "-0.5", "--lease", "1", "--wait", "60s"},
           "tell.log");
  cluster_.start_coordinator();
  EXPECT_EQ(telling.wait_for(std::chrono::seconds(90)), 0) << cluster_.logs();
  EXPECT_THAT(cluster_.cli({"tell", "s/0", "-0.5"}).out, HasSubstr("was told before"));
  EXPECT_EQ(cluster_.number("select value from trial_list"), -0.5);
  EXPECT_EQ(cluster_.number("select count(*) from trial_list"), 1);
  EXPECT_EQ(cluster_.number("select value from metric_list"), 0.75);
}

TEST_F(AskTellTest, ALoopTakenForDeadIsToldThatAnotherHasItsTrial) {
  cluster_.start_coordinator();
  create_small();
  ask({"--lease", "1s", "--as", "first"});
  ASSERT_TRUE(eventually([&] {
    return cluster_.number("select count(*) from attempt_list where state = 'lost'") == 1;
  })) << cluster_.logs();
  const Json again = ask({"--as", "second"});
  EXPECT_EQ(again["trial"], 0);
  EXPECT_EQ(again["lease"], 2);
  const testing::Output late = cluster_.cli({"tell", "s/0", "0.1", "--lease", "1"});
  EXPECT_EQ(late.exit_code, 7) << late.err;
  EXPECT_THAT(late.err, HasSubstr("superseded: it ended, and second was handed the trial"));
  EXPECT_EQ(cluster_.cli({"tell", "s/0", "0.1"}).exit_code, 7) << "whose value is it?";
  EXPECT_EQ(cluster_.cli({"tell", "s/0", "0.2", "--lease", "2"}).exit_code, 0);
  EXPECT_EQ(cluster_.number("select value from trial_list"), 0.2);
}

TEST_F(AskTellTest, EveryAnswerHasItsExitCode) {
  cluster_.start_coordinator();
  create_small("search: {trials: 2}\n");
  EXPECT_EQ(cluster_.cli({"ask", "nobody"}).exit_code, 3);
  EXPECT_EQ(cluster_.cli({"ask", "s", "--set", "lr=7"}).exit_code, 2);
  EXPECT_EQ(cluster_.cli({"ask", "s", "--lease", "soon"}).exit_code, 2);
  const testing::Output first = cluster_.cli({"ask", "s", "--set", "lr=0.5", "-o", "env"});
  EXPECT_THAT(first.out, HasSubstr("TRIAL=s/0\nLEASE=1\nFOLDS=0\nK=1\n"));
  EXPECT_THAT(first.out, HasSubstr("EPOCHS=5\nPARAM_epochs=5\nPARAM_lr=0.5\n"));
  EXPECT_EQ(cluster_.cli({"study", "pause", "s"}).exit_code, 0);
  EXPECT_EQ(cluster_.cli({"ask", "s"}).exit_code, 10);
  EXPECT_EQ(cluster_.cli({"study", "resume", "s"}).exit_code, 0);
  const testing::Output second = cluster_.cli({"ask", "s"});
  EXPECT_THAT(second.out, HasSubstr("trial     s/1\nlease     1, for 30m00s"));
  EXPECT_EQ(cluster_.cli({"ask", "s"}).exit_code, 10);
  EXPECT_EQ(cluster_.cli({"trial", "report", "s/0", "--epoch", "2", "0.5"}).exit_code, 7);
  EXPECT_EQ(cluster_.cli({"trial", "report", "s/9", "--epoch", "1", "0.5"}).exit_code, 3);
  EXPECT_EQ(cluster_.cli({"trial", "report", "s/0", "--epoch", "1", "high"}).exit_code, 2);
  const testing::Output going = cluster_.cli({"trial", "report", "s/0", "--epoch", "1", "0.5"});
  EXPECT_EQ(going.out, "continue\n") << going.err;
  EXPECT_EQ(cluster_.cli({"trial", "renew", "s/0"}).out, "continue\n");
  const testing::Output stopped = cluster_.cli({"trial", "report", "s/0", "--epoch", "2", "nan"});
  EXPECT_EQ(stopped.exit_code, 11);
  EXPECT_EQ(stopped.out, "stop\n");
  EXPECT_EQ(cluster_.cli({"tell", "s/1", "--state", "pruned"}).exit_code, 0);
  EXPECT_EQ(cluster_.cli({"tell", "s/1", "--state", "done"}).exit_code, 2);
  EXPECT_EQ(cluster_.cli({"ask", "s"}).exit_code, 0) << "the one that diverged is replaced";
  EXPECT_EQ(cluster_.cli({"tell", "s/2", "1"}).exit_code, 0);
  EXPECT_EQ(cluster_.cli({"ask", "s"}).exit_code, 9);
}

TEST_F(AskTellTest, WithNothingRunningEachCommandStartsACoordinatorForTheMoment) {
  const std::string file =
      cluster_
          .write_file("s.yaml",
                      "name: s\nmodel: {type: external}\nparams: {lr: {float: [0, 1]}}\n"
                      "objective: {metric: score, direction: maximize}\n"
                      "search: {trials: 2}\nfolds: {k: 2}\n")
          .string();
  const auto foldmill = [&](std::vector<std::string> words) { return cluster_.cli_on_file(words); };
  ASSERT_EQ(foldmill({"study", "create", file}).exit_code, 0);
  ASSERT_EQ(foldmill({"trial", "enqueue", "s", "lr=0.125"}).exit_code, 0);
  ASSERT_EQ(foldmill({"ask", "s"}).exit_code, 0);
  EXPECT_EQ(foldmill({"tell", "s/0.1", "3"}).exit_code, 0);
  EXPECT_EQ(foldmill({"tell", "s/0", "1", "--fold", "0"}).exit_code, 0);
  EXPECT_EQ(cluster_.number("select value from trial_list"), 2);
  EXPECT_EQ(cluster_.number("select value from parameter_list"), 0.125);
  EXPECT_EQ(foldmill({"trial", "enqueue", "s", "lr=3"}).exit_code, 2);
  EXPECT_THAT(foldmill({"study", "show", "s"}).out, HasSubstr("enqueued  lr 0.125"));
  EXPECT_THAT(foldmill({"trial", "show", "s/0"}).out, HasSubstr("ask:"));
}

TEST_F(AskTellTest, RunKeepsACoordinatorForTheLoops) {
  const std::string file = cluster_
                               .write_file("s.yaml",
                                           "name: s\nmodel: {type: external}\n"
                                           "params: {lr: {float: [0, 1]}}\nsearch: {trials: 2}\n")
                               .string();
  testing::Process run(
      {.argv = {built_program("foldmill"), "run", file, "--db", cluster_.database().string()},
       .env = cluster_.env(),
       .log = cluster_.directory() / "run.log"});
  ASSERT_TRUE(eventually([&] { return cluster_.state_of("s") == "active"; })) << cluster_.logs();
  for (const char* trial : {"s/0", "s/1"}) {
    EXPECT_EQ(cluster_.cli_on_file({"ask", "s", "--wait", "30s"}).exit_code, 0) << cluster_.logs();
    EXPECT_EQ(cluster_.cli_on_file({"tell", trial, "1"}).exit_code, 0) << cluster_.logs();
  }
  EXPECT_EQ(run.wait_for(std::chrono::seconds(60)), 0) << cluster_.logs();
}

}  // namespace
}  // namespace foldmill::e2e
