// `study importance` of one study, asked of the file and of the coordinator that holds it.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "cli/command_line.h"
#include "core/random.h"
#include "core/text.h"
#include "storage/open.h"
#include "tests/integration/coordinator_fixture.h"
#include "tests/support/store_changes.h"

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;

struct Answer {
  int code;
  std::string out, err;
};

class ImportanceCommandTest : public CoordinatorFixture {
 protected:
  // The coordinator is started by the test, when the database is as it should be.
  void SetUp() override { store_ = storage::open_store(database()).value(); }

  std::filesystem::path database() const { return dir_ / "study.db"; }

  void create_study(const SearchSpace& space) {
    StudySpec spec = small_study("s");
    spec.space = space;
    spec.more_objectives = {{"size", Direction::kMinimize}};
    spec.trials = 1000;
    apply({change::StudyCreated{StudyId(1), spec, test::at(0)}});
  }

  void end_trial(int64_t number, const ParameterSet& params, double value,
                 TrialState state = TrialState::kCompleted) {
    change::TrialEnded ended{test::trial_key(number), state, value, EndCause::kNone, "", {},
                             test::at(300 + number)};
    ended.metrics = {{"size", static_cast<double>(*params.get_int("idle"))}};
    apply({test::trial_created(number, 1, params),
           test::fold_changed(test::fold_key(number), FoldState::kCompleted, value), ended});
  }

  // `lr` decides by its logarithm and `idle` is the second objective; where the optimizer is "sgd"
  // a little by the momentum.
  void fill(int64_t trials) {
    std::vector<SearchParameter> parameters = {
        {"idle", *Distribution::make_int(1, 9), {}},
        {"optimizer",
         *Distribution::make_categorical({std::string("adam"), std::string("sgd")}),
         {}},
        {"momentum", *Distribution::make_float(0, 1), {{"optimizer", {std::string("sgd")}}}},
        {"lr", *Distribution::make_float(1e-5, 1e-1, true), {}}};
    create_study(*SearchSpace::create(parameters));
    Random random(5);
    for (int64_t number = 0; number < trials; ++number) {
      const double exponent = random.uniform(-5, -1), momentum = random.uniform();
      const bool sgd = random.below(2) == 1;
      ParameterSet params{{"idle", static_cast<int64_t>(1 + random.below(9))},
                          {"optimizer", std::string(sgd ? "sgd" : "adam")}};
      if (sgd) params.set("momentum", momentum);
      params.set("lr", std::pow(10, exponent));
      end_trial(number, params, exponent + (sgd ? 0.3 * momentum : 0.2));
    }
  }

  void serve() {
    store_ = {};
    start();
  }

  static Answer run(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    const int code = cli::run_command_line(arguments, out, err);
    return {code, out.str(), err.str()};
  }

  Answer from_file(std::vector<std::string> options = {}) const {
    return importance({"--db", database().string()}, std::move(options));
  }
  Answer from_coordinator(std::vector<std::string> options = {}) const {
    return importance({"--coordinator", coordinator_->addresses().front()}, std::move(options));
  }

 private:
  void apply(const std::vector<Change>& changes) {
    ASSERT_EQ(store_.store->apply(changes), ok_status());
  }

  static Answer importance(const std::vector<std::string>& place,
                           std::vector<std::string> options) {
    std::vector<std::string> arguments = {"study", "importance", "s"};
    arguments.insert(arguments.end(), place.begin(), place.end());
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run(std::move(arguments));
  }

  storage::OpenedStore store_;
};

TEST_F(ImportanceCommandTest, TheFileAndTheCoordinatorAnswerTheSame) {
  fill(120);
  serve();
  for (const char* method : {"ped-anova", "fanova"}) {
    const Answer file = from_file({"--method", method, "-o", "json"});
    ASSERT_EQ(file.code, 0) << file.err;
    EXPECT_EQ(file.err.empty(), std::string_view(method) == "fanova") << "ped-anova needs more";
    EXPECT_EQ(from_coordinator({"--method", method, "-o", "json"}).out, file.out);
    const auto json = nlohmann::json::parse(file.out);
    EXPECT_EQ(json["schema"], "importance/v1");
    EXPECT_EQ(json["study"], "s");
    EXPECT_EQ(json["method"], method);
    EXPECT_EQ(json["metric"], "val_loss");
    EXPECT_EQ(json["trials"], 120);
    EXPECT_EQ(json["left_out"], 0);
    ASSERT_EQ(json["parameters"].size(), 4u);
    EXPECT_EQ(json["parameters"][0]["name"], "lr");
    EXPECT_EQ(json["parameters"][0]["trials"], 120);
    double sum = 0;
    for (const auto& row : json["parameters"]) {
      sum += row["importance"].get<double>();
      if (row["name"] == "momentum") {
        EXPECT_LT(row["trials"].get<int>(), 80);
      }
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST_F(ImportanceCommandTest, TablesAndCsvHaveARowForEachParameter) {
  fill(60);
  serve();
  const Answer table = from_coordinator();
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, ::testing::StartsWith("PARAMETER "));
  const Answer csv = from_coordinator({"-o", "csv"});
  EXPECT_THAT(csv.out, ::testing::StartsWith("parameter,importance,share,trials\nlr,"));
  const Answer pairs = from_coordinator({"--pairs", "-o", "csv", "--columns", "share,parameter"});
  EXPECT_THAT(pairs.out, ::testing::StartsWith("share,parameter\n"));
  EXPECT_THAT(pairs.out, HasSubstr("optimizer * momentum"));
  EXPECT_EQ(std::count(pairs.out.begin(), pairs.out.end(), '\n'), 1 + 4 + 6);
}

TEST_F(ImportanceCommandTest, AnyOfSeveralObjectivesCanBeAskedFor) {
  fill(60);
  serve();
  for (const Answer& answer : {from_file({"--metric", "size", "-o", "json"}),
                               from_coordinator({"--metric", "size", "-o", "json"})}) {
    const auto json = nlohmann::json::parse(answer.out);
    EXPECT_EQ(json["metric"], "size");
    EXPECT_EQ(json["parameters"][0]["name"], "idle");
    EXPECT_GT(json["parameters"][0]["importance"].get<double>(), 0.99);
  }
}

TEST_F(ImportanceCommandTest, PrunedTrialsAndThoseOutsideTheRangesAreLeftOut) {
  fill(20);
  const ParameterSet outside{
      {"idle", int64_t{20}}, {"optimizer", std::string("adam")}, {"lr", 1e-3}};
  end_trial(20, outside, -9);
  end_trial(21, outside, -9, TrialState::kPruned);
  serve();
  const Answer answer = from_file({"-o", "json"});
  const auto json = nlohmann::json::parse(answer.out);
  EXPECT_EQ(json["trials"], 20);
  EXPECT_EQ(json["left_out"], 1);
  EXPECT_THAT(answer.err, HasSubstr("1 trial is left out"));
  EXPECT_THAT(answer.err, HasSubstr("only 20 trials"));
}

TEST_F(ImportanceCommandTest, WhatCannotBeAnsweredIsExplained) {
  fill(2);
  serve();
  const Answer few = from_coordinator();
  EXPECT_EQ(few.code, 7);
  EXPECT_THAT(few.err, HasSubstr("s: importances need at least 4 completed trials"));
  EXPECT_EQ(few.out, "");
  EXPECT_EQ(from_file({"--method", "ped-anova", "--pairs"}).code, 2);
  EXPECT_EQ(from_file({"--method", "ped-anova", "--top", "0.9"}).code, 2);
  EXPECT_EQ(from_file({"--top", "0.2"}).code, 2);
  EXPECT_EQ(from_file({"--method", "shap"}).code, 2);
  const Answer metric = from_file({"--metric", "val_acc"});
  EXPECT_EQ(metric.code, 2);
  EXPECT_THAT(metric.err, HasSubstr("its objectives: val_loss"));
  EXPECT_EQ(run({"study", "importance", "nobody", "--db", database().string()}).code, 3);
}

}  // namespace
}  // namespace foldmill::coordinator
