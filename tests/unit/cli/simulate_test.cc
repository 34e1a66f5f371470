#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "tests/support/example_database.h"

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Answer {
  int code;
  std::string out, err;
};

const std::string kFile = FOLDMILL_EXAMPLES "/mixed-kfold.yaml";

// `foldmill simulate` of a small part of the example, with more arguments.
Answer simulate(const std::vector<std::string>& more, const std::string& file = kFile) {
  std::vector<std::string> arguments = {"simulate",         file,    "--set",
                                        "search.trials=12", "--set", "params.epochs=4"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::ostringstream out, err;
  const int code = run_command_line(arguments, out, err);
  return {code, out.str(), err.str()};
}

TEST(Simulate, ComparesWhatIsNamedWithEverySeed) {
  const Answer answer =
      simulate({"--workers", "4", "--curves", "mixed-kfold", "--orders", "all", "--pruners",
                "none,median", "--race", "on,off", "--seeds", "3", "-o", "json"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  const Json json = Json::parse(answer.out);
  EXPECT_EQ(json["schema"], "simulation/v1");
  EXPECT_EQ(json["trials"], 12);
  ASSERT_EQ(json["variants"].size(), 12u);
  const Json& second = json["variants"][1];
  EXPECT_EQ(second["order"], "first_fold_first");
  EXPECT_EQ(second["pruner"], "none");
  EXPECT_EQ(second["race"], false);
  EXPECT_EQ(second["fold_epochs"]["values"], Json({240, 240, 240}));
  EXPECT_EQ(second["share"]["mean"], 1);
  EXPECT_EQ(second["seconds"]["values"].size(), 3u);
  EXPECT_TRUE(json["cheapest"].is_number());
  EXPECT_THAT(answer.err, HasSubstr("cheapest: "));
}

TEST(Simulate, ComparesEveryTrialWithAFoldOfEachAndTheBestCrossValidated) {
  const Answer answer =
      simulate({"--workers", "4", "--pruners", "none", "--race", "on,off", "--when",
                "every_trial,best,top:3", "--seeds", "2", "-o", "json"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  const Json variants = Json::parse(answer.out)["variants"];
  ASSERT_EQ(variants.size(), 4u);  // there is no race within a fold
  EXPECT_EQ(variants[2]["top"], 1);
  EXPECT_EQ(variants[3]["top"], 3);
  EXPECT_EQ(variants[3]["validated"]["mean"], 3);
  EXPECT_EQ(variants[3]["fold_epochs"]["mean"], 12 * 4 + 3 * 5 * 4);
  EXPECT_DOUBLE_EQ(variants[3]["share"]["mean"], 108. / 240);
}

TEST(Simulate, TheTableIsForPeopleAndTheRestForPrograms) {
  Answer answer = simulate({"--workers", "1", "--pruners", "none", "--race", "off"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("4h00m"));  // 240 epochs of a minute
  EXPECT_THAT(answer.err, HasSubstr("curves: bowl"));
  answer = simulate({"--workers", "1", "--pruners", "none", "--race", "off", "-o", "csv",
                     "--columns", "fold_epochs,seconds", "--no-header"});
  EXPECT_EQ(answer.out, "240,14400\n");
  answer = simulate({"--workers", "1", "--pruners", "none,median"});
  EXPECT_THAT(answer.err, HasSubstr("try: --seeds 10"));
}

TEST(Simulate, AllPrunersAreThoseThatFit) {
  const Answer answer = simulate({"--workers", "8", "--pruners", "all", "--race", "off", "-o",
                                  "csv", "--columns", "pruner", "--no-header"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("hyperband\n"));
  EXPECT_THAT(answer.out, ::testing::Not(HasSubstr("threshold")));  // the file has no bounds
}

TEST(Simulate, TheFleetIsAsTheFlagsSay) {
  const Answer answer = simulate({"--workers",
                                  "2",
                                  "--pruners",
                                  "none",
                                  "--race",
                                  "off",
                                  "--epoch-seconds",
                                  "30",
                                  "--speeds",
                                  "1,0.5",
                                  "--speed-spread",
                                  "0.1",
                                  "--mean-up",
                                  "1h",
                                  "--mean-down",
                                  "90s",
                                  "--at",
                                  "5m join 2",
                                  "--at",
                                  "10m drain 1",
                                  "--at",
                                  "20m lose 1",
                                  "-o",
                                  "json"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  const Json variant = Json::parse(answer.out)["variants"][0];
  EXPECT_GT(variant["lost"]["mean"], 0);
  EXPECT_GE(variant["fold_epochs"]["mean"], 240);
}

TEST(Simulate, ReplaysAFinishedStudy) {
  test::ExampleDatabase database;
  database.fill();
  database.close();
  const std::string path = database.path().string();
  const Answer refused = simulate({"--workers", "2", "--curves", "study:fashion", "--db", path});
  EXPECT_EQ(refused.code, 7);
  EXPECT_THAT(refused.err, HasSubstr("it is to maximize its objective"));
  const Answer answer = simulate({"--workers", "1", "--curves", "study:fashion", "--db", path,
                                  "--set", "folds={k: 1}", "--set", "pruning={type: none}", "--set",
                                  "objective.direction=maximize", "-o", "json"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  const Json json = Json::parse(answer.out);
  EXPECT_THAT(json["curves"], HasSubstr("replayed"));
  EXPECT_EQ(json["variants"][0]["best"]["mean"], 0.9);
  const Answer missing = simulate({"--workers", "2", "--curves", "study:nope", "--db", path});
  EXPECT_EQ(missing.code, 3);
}

TEST(Simulate, AsksAProgramForTheCurves) {
  const std::string program = "while read line; do echo 0.5; done";
  const Answer answer = simulate({"--workers", "2", "--curves", program, "-o", "json"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  EXPECT_EQ(Json::parse(answer.out)["variants"][0]["best"]["mean"], 0.5);
  const Answer dead = simulate({"--workers", "2", "--curves", "command:false"});
  EXPECT_EQ(dead.code, 7);
  EXPECT_THAT(dead.err, HasSubstr("curves by 'false'"));
  const Answer diverged =
      simulate({"--workers", "2", "--curves", "while read l; do echo nan; done"});
  EXPECT_EQ(diverged.code, 7);
  EXPECT_THAT(diverged.err, HasSubstr("diverged"));
}

TEST(Simulate, MistakesAreExplained) {
  const auto refusal = [](const std::vector<std::string>& more, const std::string& file = kFile) {
    std::vector<std::string> arguments = {"--workers", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Answer answer = simulate(arguments, file);
    EXPECT_NE(answer.code, 0);
    return answer.err;
  };
  EXPECT_THAT(refusal({"--curves", "mixed-kfolds"}), HasSubstr("did you mean mixed-kfold?"));
  EXPECT_THAT(refusal({"--pruners", "mediam"}), HasSubstr("mediam"));
  EXPECT_THAT(refusal({"--orders", "random"}), HasSubstr("there is no order 'random'"));
  EXPECT_THAT(refusal({"--race", "maybe"}), HasSubstr("--race: 'maybe'"));
  EXPECT_THAT(refusal({"--when", "top"}), HasSubstr("--when: 'top' is not every_trial"));
  EXPECT_THAT(refusal({"--when", "top:0"}), HasSubstr("--when: 'top:0'"));
  EXPECT_THAT(refusal({"--race", "on", "--when", "top:3"}), HasSubstr("folds.race"));
  EXPECT_THAT(refusal({"--at", "soon join 2"}), HasSubstr("'soon' is not a time"));
  EXPECT_THAT(refusal({"--at", "2h jion 2"}), HasSubstr("no join, lose or drain"));
  EXPECT_THAT(refusal({"--at", "2h join"}), HasSubstr("a number of workers"));
  EXPECT_THAT(refusal({"--at", "2h join 2 more"}), HasSubstr("a number of workers"));
  EXPECT_THAT(refusal({"--mean-up", "long"}), HasSubstr("--mean-up: 'long' is not a time"));
  EXPECT_THAT(refusal({"--mean-up", "8h", "--mean-down", "-3"}), HasSubstr("--mean-down"));
  EXPECT_THAT(refusal({"--epoch-seconds", "0"}), HasSubstr("above 0"));
  EXPECT_THAT(refusal({"--curves", "mixed-kfold"}, FOLDMILL_EXAMPLES "/quickstart.yaml"),
              HasSubstr("try: --curves bowl"));
  EXPECT_THAT(refusal({}, FOLDMILL_EXAMPLES "/nothing.yaml"), HasSubstr("nothing.yaml"));
  EXPECT_THAT(refusal({"--at", "1m lose 2"}), HasSubstr("no worker is left"));
  EXPECT_EQ(simulate({}).code, 2);  // --workers is not given
}

}  // namespace
}  // namespace foldmill::cli
