// Several objectives and constraints in the database: what is kept, and how it is shown.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "storage/memory_store.h"
#include "storage/spec_json.h"
#include "tests/support/example_database.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// val_acc is maximised, size minimised; heat has a constraint.
StudySpec two_objectives() {
  StudySpec spec = example_spec();
  spec.more_objectives = {{"size", Direction::kMinimize}};
  spec.constraints = {{"heat", Relation::kAtMost, 10}, {"val_acc", Relation::kAtLeast, 0.1}};
  return spec;
}

Change created() { return change::StudyCreated{StudyId(1), two_objectives(), at(0)}; }

Change completed(int64_t trial, double value, double size, double heat, double violation = 0) {
  return change::TrialEnded{
      trial_key(trial), TrialState::kCompleted,           value,    EndCause::kNone, "", {},
      at(300),          {{"size", size}, {"heat", heat}}, violation};
}

Change epoch(int64_t number, double val_acc, double size, double heat) {
  return change::EpochReported{AttemptId(1),
                               fold_key(0),
                               {number, {{"val_acc", val_acc}, {"size", size}, {"heat", heat}}, 1},
                               val_acc,
                               at(100 + number)};
}

class ObjectivesInADatabase : public ::testing::Test {
 protected:
  // 0, 2 and 3 are the front; 1 is worse than 0; 4 is infeasible; 5 has no size.
  void fill() {
    database_.apply({created()});
    for (int64_t trial = 0; trial < 6; ++trial) database_.apply({trial_created(trial)});
    database_.apply({completed(0, 0.8, 5, 1), completed(1, 0.7, 5, 1), completed(2, 0.9, 7, 1),
                     completed(3, 0.5, 1, 1), completed(4, 0.99, 0, 30, 2),
                     completed(5, 0.99, kNan, 1)});
  }
  std::vector<std::vector<Cell>> rows(const std::string& sql) {
    const auto table = database_.reader()->query(sql, 100, Milliseconds(60'000));
    EXPECT_TRUE(table.ok()) << table.status().message();
    return table.ok() ? table->rows : std::vector<std::vector<Cell>>();
  }

  ExampleDatabase database_;
};

TEST(ObjectivesInASpec, AreKeptAndMayBeMissingInOlderOnes) {
  EXPECT_EQ(spec_from_json(spec_to_json(two_objectives())).value(), two_objectives());
  std::string older = spec_to_json(example_spec());
  for (const char* key : {"\"more_objectives\":[],", "\"constraints\":[],"}) {
    const size_t place = older.find(key);
    ASSERT_NE(place, std::string::npos) << key;
    older.erase(place, std::string(key).size());
  }
  EXPECT_EQ(spec_from_json(older).value(), example_spec());
}

TEST_F(ObjectivesInADatabase, BothStoresKeepMetricsAndTheCurvesOfRunningTrials) {
  MemoryStore memory;
  const std::vector<Change> changes{created(),
                                    worker_seen(),
                                    trial_created(0),
                                    leased(1, fold_key(0)),
                                    epoch(1, 0.1, 3, kNan),
                                    epoch(2, 0.2, kInfinity, 5),
                                    trial_created(1),
                                    completed(1, 0.5, 4, kNan, kInfinity)};
  database_.apply(changes);
  ASSERT_TRUE(memory.apply(changes).ok());
  database_.close();
  const auto opened = open_store(database_.path());
  for (const Snapshot& snapshot : {*memory.load(), *opened->store->load()}) {
    const TrialSnapshot& running = snapshot.studies[0].trials[0];
    ASSERT_THAT(running.folds[0].more_curves, SizeIs(2));
    EXPECT_THAT(running.folds[0].more_curves[0], ElementsAre(3, kInfinity));
    EXPECT_TRUE(std::isnan(running.folds[0].more_curves[1][0]));
    EXPECT_EQ(running.folds[0].more_curves[1][1], 5);
    const TrialSnapshot& ended = snapshot.studies[0].trials[1];
    ASSERT_THAT(ended.metrics, SizeIs(2));
    EXPECT_EQ(ended.metrics[0], (std::pair<std::string, double>("size", 4)));
    EXPECT_EQ(ended.metrics[1].first, "heat");
    EXPECT_TRUE(std::isnan(ended.metrics[1].second));
    EXPECT_EQ(ended.violation, kInfinity);
    EXPECT_THAT(ended.folds[0].more_curves, IsEmpty());
  }
}

TEST_F(ObjectivesInADatabase, CurvesAreCutWhereANewAttemptBegins) {
  MemoryStore memory;
  const std::vector<Change> changes{created(),
                                    worker_seen(),
                                    trial_created(0),
                                    leased(1, fold_key(0)),
                                    epoch(1, 0.1, 3, 1),
                                    epoch(2, 0.2, 4, 2),
                                    attempt_ended(1, AttemptState::kLost, EndCause::kLost),
                                    fold_changed(fold_key(0), FoldState::kPending),
                                    leased(2, fold_key(0), 2, 2),
                                    attempt_ended(2, AttemptState::kLost),
                                    leased(3, fold_key(0), 3, 2)};
  database_.apply(changes);
  ASSERT_TRUE(memory.apply(changes).ok());
  database_.close();
  const auto opened = open_store(database_.path());
  for (const Snapshot& snapshot : {*memory.load(), *opened->store->load()})
    EXPECT_THAT(snapshot.studies[0].trials[0].folds[0].more_curves,
                ElementsAre(ElementsAre(3), ElementsAre(1)));
}

TEST_F(ObjectivesInADatabase, ThreeObjectivesHaveAFrontToo) {
  StudySpec spec = two_objectives();
  spec.more_objectives.push_back({"heat", Direction::kMinimize});
  database_.apply({change::StudyCreated{StudyId(1), spec, at(0)}, trial_created(0),
                   trial_created(1), trial_created(2)});
  database_.apply({completed(0, 0.8, 5, 3), completed(1, 0.8, 5, 2), completed(2, 0.7, 5, 1)});
  EXPECT_THAT(database_.reader()->get_study("fashion")->front,
              ElementsAre(TrialNumber(1), TrialNumber(2)));
}

TEST_F(ObjectivesInADatabase, TheFrontIsOfFeasibleTrialsThatHaveAllValues) {
  fill();
  const StudyRow study = database_.reader()->get_study("fashion").value();
  EXPECT_THAT(study.front, ElementsAre(TrialNumber(2), TrialNumber(0), TrialNumber(3)));
  EXPECT_EQ(study.best, std::nullopt);
  EXPECT_EQ(rows("select best_value from study_list")[0][0], Cell());
}

TEST_F(ObjectivesInADatabase, AnInfeasibleTrialIsNeverTheBest) {
  StudySpec spec = two_objectives();
  spec.more_objectives.clear();
  database_.apply({change::StudyCreated{StudyId(1), spec, at(0)}, trial_created(0),
                   trial_created(1), completed(0, 0.99, 0, 30, 2)});
  EXPECT_EQ(database_.reader()->get_study("fashion")->best, std::nullopt);
  database_.apply({completed(1, 0.5, 0, 1)});
  EXPECT_EQ(database_.reader()->get_study("fashion")->best, TrialNumber(1));
  EXPECT_EQ(rows("select best_value from study_list")[0][0], Cell(0.5));
}

TEST_F(ObjectivesInADatabase, TrialsShowMetricsAndViolation) {
  fill();
  const TrialRow trial = database_.reader()->get_trial("fashion", TrialNumber(4)).value();
  EXPECT_EQ(trial.metrics, (MetricValues{{"size", 0}, {"heat", 30}}));
  EXPECT_EQ(trial.violation, 2);
  TrialQuery query;
  query.where = "violation > 0";
  EXPECT_THAT(database_.reader()->list_trials("fashion", query)->rows, SizeIs(1));
  EXPECT_THAT(rows("select name, value from trial_metric_list where trial = 4 order by position"),
              ElementsAre(ElementsAre(Cell(std::string("val_acc")), Cell(0.99)),
                          ElementsAre(Cell(std::string("size")), Cell(0.0)),
                          ElementsAre(Cell(std::string("heat")), Cell(30.0))));
}

TEST_F(ObjectivesInADatabase, OptunasViewsHaveOneRowPerObjective) {
  fill();
  EXPECT_THAT(rows("select direction, objective from study_directions order by objective"),
              ElementsAre(ElementsAre(Cell(std::string("MAXIMIZE")), Cell(int64_t{0})),
                          ElementsAre(Cell(std::string("MINIMIZE")), Cell(int64_t{1}))));
  EXPECT_THAT(rows("select v.objective, v.value from trial_values v join trials t"
                   " on t.trial_id = v.trial_id where t.number = 2 order by 1"),
              ElementsAre(ElementsAre(Cell(int64_t{0}), Cell(0.9)),
                          ElementsAre(Cell(int64_t{1}), Cell(7.0))));
  EXPECT_THAT(rows("select count(distinct trial_value_id) - count(*) from trial_values"),
              ElementsAre(ElementsAre(Cell(int64_t{0}))));
  EXPECT_EQ(rows("select value_json from study_system_attributes")[0][0],
            Cell(std::string("[\"val_acc\",\"size\"]")));
  EXPECT_EQ(rows("select a.value_json from trial_system_attributes a join trials t"
                 " on t.trial_id = a.trial_id where t.number = 4 and a.key = 'constraints'")[0][0],
            Cell(std::string("[20.0,-0.89]")));
}

}  // namespace
}  // namespace foldmill::storage
