// A study with two objectives and a constraint, from its file to its Pareto front.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class ObjectivesTest : public ::testing::Test {
 protected:
  // The scripted trainer's val_loss is best for x = 0.3, its size for x = -0.5.
  std::string file(const std::string& objective, const std::string& sampler,
                   const std::string& pruning) {
    ScriptedStudy study;
    study.name = "two";
    study.trials = 24;
    study.folds = 2;
    study.epochs = 2;
    study.ms_per_epoch = 1;
    study.sampler = sampler;
    study.pruning = pruning;
    std::string yaml = study.yaml();
    const std::string one = "objective: {metric: val_loss, direction: minimize}";
    yaml.replace(yaml.find(one), one.size(), "objective: " + objective);
    const std::string options = ", startup_trials: 3";  // of tpe and gp alone
    if (sampler == "nsga2") yaml.replace(yaml.find(options), options.size(), ", population: 8");
    if (sampler == "random") yaml.erase(yaml.find(options), options.size());
    return cluster_.write_file("two.yaml", yaml).string();
  }

  testing::Output foldmill(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), built_program("foldmill"));
    return testing::run_program(arguments, cluster_.env(), std::chrono::seconds(120));
  }
  testing::Output on_database(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--db", database_});
    return foldmill(std::move(arguments));
  }

  Cluster cluster_;
  const std::string database_ = (cluster_.directory() / "two.db").string();
};

constexpr const char* kTwoAndAConstraint =
    "{metrics: [{metric: val_loss}, {metric: size, direction: minimize}], "
    "constraints: [\"size <= 0.8\", \"train_loss >= 0\"]}";

TEST_F(ObjectivesTest, AStudyEndsInAFrontOfFeasibleTrials) {
  const std::string study = file(kTwoAndAConstraint, "nsga2", "none");
  const testing::Output run = on_database({"run", study, "--slots", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("a front of "));

  const testing::Output best = on_database({"best", "two", "-o", "json", "--reference", "2,0.8"});
  ASSERT_EQ(best.exit_code, 0) << best.err;
  const Json front = Json::parse(best.out);
  EXPECT_EQ(front["schema"], "front/v1");
  EXPECT_EQ(front["objectives"][1]["metric"], "size");
  EXPECT_EQ(front["constraints"][0], "size <= 0.8");
  EXPECT_GT(front["hypervolume"], 0);
  ASSERT_GE(front["trials"].size(), 2u);
  for (size_t i = 0; i < front["trials"].size(); ++i) {
    EXPECT_LE(front["trials"][i]["metrics"]["size"], 0.8);
    EXPECT_EQ(front["trials"][i]["violation"], 0);
    if (i == 0) continue;  // along the front one gets worse as the other gets better
    EXPECT_GT(front["trials"][i]["value"], front["trials"][i - 1]["value"]);
    EXPECT_LT(front["trials"][i]["metrics"]["size"], front["trials"][i - 1]["metrics"]["size"]);
  }

  const testing::Output list = on_database({"trial", "list", "two", "--where", "violation > 0"});
  EXPECT_THAT(list.out, HasSubstr("VIOLATION"));
  EXPECT_THAT(list.out, HasSubstr("SIZE"));
  EXPECT_THAT(on_database({"study", "show", "two"}).out, HasSubstr("a front of "));
  EXPECT_THAT(on_database({"best", "two"}).out, HasSubstr("minimize val_loss, minimize size"));
}

TEST_F(ObjectivesTest, TheReferenceIsChecked) {
  const std::string study = file(kTwoAndAConstraint, "tpe", "none");
  ASSERT_EQ(on_database({"run", study, "--slots", "1"}).exit_code, 0);
  const testing::Output few = on_database({"best", "two", "--reference", "1"});
  EXPECT_NE(few.exit_code, 0);
  EXPECT_THAT(few.err, HasSubstr("wants 2 numbers"));
}

TEST_F(ObjectivesTest, WithoutAFeasibleTrialThereIsNoBestOne) {
  const std::string study =
      file("{metric: val_loss, constraints: [\"size <= -1\"]}", "random", "none");
  const testing::Output run = on_database({"run", study, "--slots", "1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const testing::Output best = on_database({"best", "two"});
  EXPECT_NE(best.exit_code, 0);
  EXPECT_THAT(best.err, HasSubstr("none of the 24 completed trials of two holds its constraints"));
}

TEST_F(ObjectivesTest, ACheckSaysWhatCannotBe) {
  const auto refusal = [&](const std::string& study) {
    const testing::Output check = foldmill({"study", "check", study});
    EXPECT_NE(check.exit_code, 0);
    return check.err;
  };
  EXPECT_THAT(refusal(file(kTwoAndAConstraint, "tpe", "median")),
              HasSubstr("median compares trials by one value"));
  EXPECT_THAT(refusal(file(kTwoAndAConstraint, "gp", "none")), HasSubstr("use tpe or nsga2"));
  EXPECT_THAT(refusal(file("{metric: val_loss, constraints: [size < 1]}", "tpe", "none")),
              HasSubstr("neither <= nor >="));
}

}  // namespace
}  // namespace foldmill::e2e
