#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <set>

#include "tests/support/example_database.h"
#include "tests/support/unprivileged.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace fs = std::filesystem;

std::vector<int64_t> numbers(const Page<TrialRow>& page) {
  std::vector<int64_t> out;
  for (const auto& trial : page.rows) out.push_back(trial.number.value);
  return out;
}

class ReaderTest : public ::testing::Test {
 protected:
  Page<TrialRow> trials(const TrialQuery& query) {
    auto page = database_.reader()->list_trials("fashion", query);
    EXPECT_TRUE(page.ok()) << page.status().message();
    return page.ok() ? std::move(*page) : Page<TrialRow>();
  }
  std::vector<int64_t> where(const std::string& expression) {
    TrialQuery query;
    query.where = expression;
    return numbers(trials(query));
  }
  std::vector<int64_t> sorted(const std::string& keys) {
    TrialQuery query;
    query.sort = keys;
    return numbers(trials(query));
  }

  ExampleDatabase database_;
};

TEST_F(ReaderTest, SumsUpAStudy) {
  database_.fill();
  const auto study = database_.reader()->get_study("fashion");
  ASSERT_TRUE(study.ok()) << study.status().message();
  EXPECT_EQ(study->spec, example_spec());
  EXPECT_EQ(study->completed, 1);
  EXPECT_EQ(study->pruned, 1);
  EXPECT_EQ(study->running, 1);
  EXPECT_EQ(study->best, TrialNumber(0));
  EXPECT_EQ(study->best_value, 0.9);
  EXPECT_EQ(study->epochs, 5);
  EXPECT_EQ(study->epochs_saved, 3);
  EXPECT_DOUBLE_EQ(study->seconds, 9.0);  // six reports, one of them superseded
}

TEST_F(ReaderTest, TheBestOfAStudyThatMinimisesIsTheLeast) {
  StudySpec spec = example_spec();
  spec.objective.direction = Direction::kMinimize;
  database_.apply({change::StudyCreated{StudyId(1), spec, at(0)}, trial_created(0),
                   trial_created(1), trial_ended(0, TrialState::kCompleted, 0.9),
                   trial_ended(1, TrialState::kCompleted, 0.1)});
  EXPECT_EQ(database_.reader()->get_study("fashion")->best, TrialNumber(1));
}

TEST_F(ReaderTest, CountsTrialsByTheirState) {
  database_.apply({study_created(), trial_created(0), trial_created(1), trial_created(2),
                   trial_ended(0, TrialState::kFailed), trial_ended(1, TrialState::kCancelled),
                   change::PointEnqueued{StudyId(1), 1, example_params(0.002), at(5)}});
  SQLite::Database(database_.path().string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE trial SET state = 'waiting' WHERE number = 2");
  const auto study = database_.reader()->get_study("fashion");
  ASSERT_TRUE(study.ok()) << study.status().message();
  EXPECT_EQ(study->failed, 1);
  EXPECT_EQ(study->cancelled, 1);
  EXPECT_EQ(study->running, 0);
  ASSERT_THAT(study->spec.enqueue, SizeIs(2));
  EXPECT_EQ(study->spec.enqueue[1], example_params(0.002));
}

TEST_F(ReaderTest, ShowsATrialWithAllThatBelongsToIt) {
  database_.fill();
  const auto trial = database_.reader()->get_trial("fashion", TrialNumber(0));
  ASSERT_TRUE(trial.ok()) << trial.status().message();
  EXPECT_EQ(trial->params, example_params());
  EXPECT_EQ(trial->epochs, 4);
  ASSERT_THAT(trial->folds, SizeIs(1));
  const FoldRow& fold = trial->folds[0];
  EXPECT_EQ(fold.state, FoldState::kCompleted);
  ASSERT_THAT(fold.attempts, SizeIs(2));
  EXPECT_EQ(fold.attempts[0].cause, EndCause::kLost);
  EXPECT_EQ(fold.attempts[1].worker, "box");
  ASSERT_THAT(fold.artifacts, SizeIs(1));
  EXPECT_EQ(fold.artifacts[0].name, "state_dict.pt");
  ASSERT_THAT(fold.curve, SizeIs(4));
  EXPECT_EQ(fold.curve[1].value, 0.7);
  EXPECT_EQ(fold.curve[1].attempt, AttemptId(2));
  EXPECT_THAT(fold.curve[3].metrics, ElementsAre(std::pair<std::string, double>("train_loss", 0.45),
                                                 std::pair<std::string, double>("val_acc", 0.9)));

  const auto pruned = database_.reader()->get_trial("fashion", TrialNumber(1));
  EXPECT_EQ(pruned->decision, (PruneDecision{FoldIndex(0), 1, 0.1, 0.4, 2, "median"}));
}

TEST_F(ReaderTest, CurvesOnlyWhenAskedFor) {
  database_.fill();
  EXPECT_THAT(trials({}).rows[0].folds[0].curve, IsEmpty());
  TrialQuery query;
  query.with_curves = true;
  EXPECT_THAT(trials(query).rows[0].folds[0].curve, SizeIs(4));
}

TEST_F(ReaderTest, ACurveMayHaveNoMetrics) {
  database_.fill();
  database_.apply({change::EpochReported{AttemptId(4), fold_key(2), {1, {}, 1.5}, 0.25, at(102)}});
  const auto trial = database_.reader()->get_trial("fashion", TrialNumber(2));
  ASSERT_THAT(trial->folds.at(0).curve, SizeIs(1));
  EXPECT_EQ(trial->folds[0].curve[0].value, 0.25);
  EXPECT_THAT(trial->folds[0].curve[0].metrics, IsEmpty());
}

TEST_F(ReaderTest, Filters) {
  database_.fill();
  EXPECT_THAT(where("state = completed"), ElementsAre(0));
  EXPECT_THAT(where("optimizer in (adam, radam) and lr < 2e-3"), ElementsAre(0));
  EXPECT_THAT(where("pruned_at < 5"), ElementsAre(1));
  EXPECT_THAT(where("value is null"), ElementsAre(2));
  EXPECT_THAT(where("epochs >= 1 and not cause = pruned"), ElementsAre(0));
  EXPECT_THAT(where("worker = box and width = 12"), ElementsAre(0, 1, 2));
  EXPECT_THAT(where("optimizer like 'a%' or number = 1"), ElementsAre(0, 1, 2));
  EXPECT_THAT(where("duration > 4m"), ElementsAre(0, 1));
  TrialQuery query;
  query.where = "lrr = 1";
  EXPECT_THAT(database_.reader()->list_trials("fashion", query).status().message(),
              HasSubstr("did you mean 'lr'"));
}

TEST_F(ReaderTest, SortsWithMissingValuesLast) {
  database_.fill();
  EXPECT_THAT(sorted("value"), ElementsAre(1, 0, 2));
  EXPECT_THAT(sorted("-value"), ElementsAre(0, 1, 2));
  EXPECT_THAT(sorted("optimizer,-lr"), ElementsAre(2, 0, 1));
  TrialQuery query;
  query.sort = "lrr";
  EXPECT_THAT(database_.reader()->list_trials("fashion", query).status().message(),
              HasSubstr("did you mean 'lr'"));
}

TEST_F(ReaderTest, PagesThroughManyTrialsOnceEach) {
  constexpr int64_t kTrials = 1050;
  database_.apply({study_created()});
  std::vector<Change> changes;
  for (int64_t i = 0; i < kTrials; ++i) {
    changes.push_back(trial_created(i, 1, example_params(0.0001 * static_cast<double>(1 + i % 7))));
    if (i % 3 == 0) continue;  // without a value
    const double value = i % 50 == 1 ? HUGE_VAL : static_cast<double>(i % 10);
    changes.push_back(trial_ended(i, TrialState::kCompleted, value, 2000 + i));
  }
  database_.apply(changes);
  for (const std::string sort : {"", "-value", "value,-lr", "-number", "optimizer"}) {
    const auto reader = database_.reader();
    TrialQuery query;
    query.sort = sort;
    query.limit = 97;
    std::set<int64_t> seen;
    size_t pages = 0;
    do {
      const auto page = reader->list_trials("fashion", query);
      ASSERT_TRUE(page.ok()) << page.status().message();
      for (const int64_t number : numbers(*page)) EXPECT_TRUE(seen.insert(number).second) << sort;
      query.page = page->next;
      ++pages;
    } while (!query.page.empty());
    EXPECT_EQ(seen.size(), static_cast<size_t>(kTrials)) << sort;
    EXPECT_EQ(pages, 11u);
  }
}

TEST_F(ReaderTest, APageGoesOnWhereItEndedWhenTrialsAppear) {
  database_.apply({study_created(), trial_created(0), trial_created(1), trial_created(2)});
  const auto reader = database_.reader();
  TrialQuery query;
  query.sort = "-number";
  query.limit = 2;
  const auto first = reader->list_trials("fashion", query);
  EXPECT_THAT(numbers(*first), ElementsAre(2, 1));
  database_.apply({trial_created(3)});
  query.page = first->next;
  EXPECT_THAT(numbers(*reader->list_trials("fashion", query)), ElementsAre(0));
}

TEST_F(ReaderTest, APageEndsWithTheTrialWhoseCurvesFillIt) {
  database_.fill();
  SQLite::Database(database_.path().string(), SQLite::OPEN_READWRITE)
      .exec(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 34000)"
          " INSERT INTO epoch_report"
          " SELECT 4, i, 1, 2, 0, 0.5, 1, '{\"a\":1,\"b\":2}', 1, NULL FROM n");
  const auto reader = database_.reader();
  TrialQuery query;
  query.sort = "-number";
  query.with_curves = true;
  const auto first = reader->list_trials("fashion", query);
  EXPECT_THAT(numbers(*first), ElementsAre(2));
  query.page = first->next;
  const auto second = reader->list_trials("fashion", query);
  EXPECT_THAT(numbers(*second), ElementsAre(1, 0));
  EXPECT_EQ(second->next, "");
}

TEST_F(ReaderTest, RefusesPagesThatAreNotItsOwn) {
  database_.apply({study_created(), trial_created(0), trial_created(1)});
  const auto reader = database_.reader();
  TrialQuery query;
  query.limit = 1;
  query.page = reader->list_trials("fashion", query)->next;
  query.sort = "value";
  EXPECT_EQ(reader->list_trials("fashion", query).status().code(), StatusCode::kInvalidArgument);
  for (const std::string bad : {"x", "[]", "[1,2]", "{}"}) {
    query.page = bad;
    EXPECT_EQ(reader->list_trials("fashion", query).status().code(), StatusCode::kInvalidArgument);
  }
  query = {};
  query.limit = 0;
  EXPECT_THAT(reader->list_trials("fashion", query).status().message(), HasSubstr("1 to 1000"));
  query.limit = 1001;
  EXPECT_THAT(reader->list_trials("fashion", query).status().message(), HasSubstr("1 to 1000"));
  EXPECT_EQ(reader->list_studies(1, "x").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(reader->list_studies(0, "").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(reader->list_workers(0, "").status().code(), StatusCode::kInvalidArgument);
}

TEST_F(ReaderTest, FindsStudiesByUniquePrefix) {
  database_.apply(
      {study_created(1, "fashion"), study_created(2, "fashion-cae"), study_created(3, "mnist")});
  const auto reader = database_.reader();
  EXPECT_EQ(reader->get_study("fashion")->id, StudyId(1));
  EXPECT_EQ(reader->get_study("fashion-")->id, StudyId(2));
  EXPECT_EQ(reader->get_study("mn")->id, StudyId(3));
  EXPECT_THAT(reader->get_study("fash").status().message(), HasSubstr("fashion, fashion-cae"));
  const Status typo = reader->get_study("minst").status();
  EXPECT_EQ(typo.code(), StatusCode::kNotFound);
  EXPECT_THAT(typo.message(), HasSubstr("did you mean 'mnist'?"));
  EXPECT_EQ(reader->get_study("").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(reader->list_trials("nothing", {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(reader->get_trial("nothing", TrialNumber(0)).status().code(), StatusCode::kNotFound);
}

TEST_F(ReaderTest, APrefixMeansTheSearchAndNotItsStages) {
  database_.apply({study_created(1, "fashion"), study_created(2, "fashion@train"),
                   study_created(3, "fashion@test")});
  const auto reader = database_.reader();
  EXPECT_EQ(reader->get_study("fash")->id, StudyId(1));
  EXPECT_EQ(reader->get_study("fashion@tr")->id, StudyId(2));
  database_.apply({study_created(4, "mnist@train@test")});
  EXPECT_EQ(reader->get_study("mnist@train")->id, StudyId(4));
  EXPECT_THAT(reader->get_study("fashion@t").status().message(),
              HasSubstr("fashion@test, fashion@train"));
}

TEST_F(ReaderTest, SaysWhichTrialsThereAre) {
  database_.apply({study_created()});
  EXPECT_THAT(database_.reader()->get_trial("fashion", TrialNumber(7)).status().message(),
              HasSubstr("it has none yet"));
  database_.apply({trial_created(0), trial_created(1)});
  EXPECT_THAT(database_.reader()->get_trial("fashion", TrialNumber(7)).status().message(),
              HasSubstr("its trials are 0 to 1"));
}

TEST_F(ReaderTest, ListsStudiesAndWorkersByPage) {
  database_.fill();
  database_.apply({study_created(2, "second")});
  const auto reader = database_.reader();
  const auto first = reader->list_studies(1, "");
  ASSERT_THAT(first->rows, SizeIs(1));
  const auto second = reader->list_studies(1, first->next);
  EXPECT_EQ(second->rows.at(0).spec.name, "second");
  EXPECT_EQ(second->next, "");
  const auto workers = reader->list_workers(1, "");
  EXPECT_EQ(workers->rows.at(0).name, "box");
  EXPECT_EQ(workers->rows.at(0).busy, 1);
  EXPECT_THAT(workers->rows.at(0).labels, ElementsAre(std::pair("gpu", "h100")));
  EXPECT_EQ(reader->list_workers(1, workers->next)->rows.at(0).state, "gone");
}

// Of a hundred thousand attempts a few are live.
TEST_F(ReaderTest, BusySlotsAreCountedByAnIndexOfLiveAttemptsOnly) {
  database_.fill();
  SQLite::Database raw(database_.path().string());
  SQLite::Statement plan(raw, "EXPLAIN QUERY PLAN SELECT busy FROM worker_list");
  std::string steps;
  while (plan.executeStep()) steps += plan.getColumn("detail").getString() + "\n";
  EXPECT_THAT(steps, HasSubstr("attempt_of_worker (worker=?)"));
  // An index without the ended attempts cannot answer for them.
  EXPECT_THROW(SQLite::Statement(raw,
                                 "SELECT count(*) FROM attempt INDEXED BY attempt_of_worker"
                                 " WHERE worker = 1"),
               SQLite::Exception);
}

TEST_F(ReaderTest, SeesWhatIsWrittenWhileItIsOpen) {
  const auto reader = database_.reader();
  EXPECT_THAT(reader->list_studies(10, "")->rows, IsEmpty());
  database_.apply({study_created()});
  EXPECT_THAT(reader->list_studies(10, "")->rows, SizeIs(1));
}

TEST_F(ReaderTest, ReadsAClosedFileWhereItMayNotWrite) {
  database_.fill();
  database_.close();
  fs::permissions(database_.directory(), fs::perms(0555));
  {
    const Unprivileged user;
    const auto reader = open_reader(database_.path());
    ASSERT_TRUE(reader.ok()) << reader.status().message();
    EXPECT_EQ((*reader)->get_study("fashion")->completed, 1);
  }
  fs::permissions(database_.directory(), fs::perms(0755));
}

TEST_F(ReaderTest, SaysWhatToDoWithAnUncleanFileWhereItMayNotWrite) {
  database_.fill();
  TempDir copy;
  fs::copy(database_.path(), copy / "study.db");
  fs::copy(database_.path().string() + "-wal", copy / "study.db-wal");
  fs::permissions(copy.path(), fs::perms(0555));
  {
    const Unprivileged user;
    const auto reader = open_reader(copy / "study.db");
    ASSERT_FALSE(reader.ok());
    EXPECT_EQ(reader.status().code(), StatusCode::kPermissionDenied);
    EXPECT_THAT(reader.status().message(), HasSubstr("together with its -wal"));
  }
  fs::permissions(copy.path(), fs::perms(0755));
}

}  // namespace
}  // namespace foldmill::storage
