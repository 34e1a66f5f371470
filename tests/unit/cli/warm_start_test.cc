// A study that begins with the best points of another.

#include "cli/run/warm_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;
using Text = std::string;

// One study with the trials it is given; what else a source can do is not asked of it.
class OneStudy final : public StudySource {
 public:
  Result<StudyRow> get_study(const std::string& name) override {
    if (name != "old") return not_found("no study " + name);
    StudyRow row;
    row.spec.name = "old";
    row.spec.objective.direction = direction;
    return row;
  }
  Result<Page<TrialRow>> list_trials(const std::string&, const TrialQuery& query) override {
    asked = query;
    return Page<TrialRow>{trials, ""};
  }
  Result<Page<StudyRow>> list_studies(const std::string&) override { return unasked(); }
  Result<TrialRow> get_trial(const std::string&, TrialNumber) override { return unasked(); }
  Result<Page<WorkerRow>> list_workers(const std::string&) override { return unasked(); }
  Result<Table> query(const std::string&, int64_t, Milliseconds) override { return unasked(); }
  Status fetch(const ArtifactRef&, const std::filesystem::path&) override { return unasked(); }

  void add(ParameterSet params) {
    TrialRow trial;
    trial.params = std::move(params);
    trials.push_back(std::move(trial));
  }

  Direction direction = Direction::kMinimize;
  std::vector<TrialRow> trials;
  TrialQuery asked;

 private:
  static Status unasked() { return internal_error("nobody asks for this"); }
};

class WarmStartTest : public ::testing::Test {
 protected:
  WarmStartTest() {
    spec_.space = *SearchSpace::create(
        {{"lr", *Distribution::make_float(1e-4, 1e-2, true), {}},
         {"optimizer", *Distribution::make_categorical({Text("adam"), Text("sgd")}), {}},
         {"momentum", *Distribution::make_float(0, 0.9), {{"optimizer", {Text("sgd")}}}}});
  }
  OneStudy source_;
  StudySpec spec_;
};

TEST_F(WarmStartTest, TheBestPointsComeBehindWhatTheFileAsksFor) {
  spec_.enqueue = {{{"lr", 5e-3}}};
  source_.add({{"lr", 1e-3}, {"optimizer", Text("sgd")}, {"momentum", 0.5}});
  source_.add({{"lr", 5e-3}});  // is there already
  source_.add({{"lr", 2e-3}, {"optimizer", Text("adam")}});
  ASSERT_EQ(add_warm_start(source_, {"old", 3}, spec_), ok_status());
  ASSERT_EQ(spec_.enqueue.size(), 3u);
  EXPECT_EQ(spec_.enqueue[1],
            (ParameterSet{{"lr", 1e-3}, {"optimizer", Text("sgd")}, {"momentum", 0.5}}));
  EXPECT_EQ(spec_.enqueue[2], (ParameterSet{{"lr", 2e-3}, {"optimizer", Text("adam")}}));
  EXPECT_EQ(source_.asked.sort, "value");
  EXPECT_EQ(source_.asked.where, "state = completed and violation = 0");
}

TEST_F(WarmStartTest, OnlyAsManyAsAskedForAndTheGreatestWhereMoreIsBetter) {
  source_.direction = Direction::kMaximize;
  for (const double lr : {1e-3, 2e-3, 3e-3}) source_.add({{"lr", lr}});
  ASSERT_EQ(add_warm_start(source_, {"old", 2}, spec_), ok_status());
  EXPECT_EQ(spec_.enqueue.size(), 2u);
  EXPECT_EQ(source_.asked.sort, "-value");
}

TEST_F(WarmStartTest, WhatDoesNotFitIsSampledAnew) {
  // lr is out of today's range, width is not searched, momentum has no place beside adam.
  source_.add({{"lr", 0.5}, {"width", int64_t{3}}, {"optimizer", Text("adam")}, {"momentum", 0.5}});
  ASSERT_EQ(add_warm_start(source_, {"old", 5}, spec_), ok_status());
  ASSERT_EQ(spec_.enqueue.size(), 1u);
  EXPECT_EQ(spec_.enqueue[0], (ParameterSet{{"optimizer", Text("adam")}}));
}

TEST_F(WarmStartTest, NothingThatFitsIsSaid) {
  EXPECT_THAT(add_warm_start(source_, {"old", 5}, spec_).message(),
              HasSubstr("old has no completed trial\n"));
  source_.add({{"width", int64_t{3}}});
  const Status status = add_warm_start(source_, {"old", 5}, spec_);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("with a parameter that is searched here"));
  EXPECT_EQ(add_warm_start(source_, {"new", 5}, spec_).code(), StatusCode::kNotFound);
}

TEST(ParseWarmStart, IsAStudyAndPerhapsACount) {
  EXPECT_FALSE((*parse_warm_start("")).has_value());
  EXPECT_EQ((*parse_warm_start("old"))->trials, 5);
  EXPECT_EQ((*parse_warm_start("old:12"))->study, "old");
  EXPECT_EQ((*parse_warm_start("old:12"))->trials, 12);
  for (const char* text : {":3", "old:", "old:0", "old:x"})
    EXPECT_THAT(parse_warm_start(text).status().message(), HasSubstr("STUDY:COUNT")) << text;
}

}  // namespace
}  // namespace foldmill::cli
