#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite/select_runner.h"
#include "tests/support/example_database.h"

namespace foldmill::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr Milliseconds kLong{60'000};

class QueryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_.fill();
    reader_ = database_.reader();
  }
  Table rows(const std::string& sql) {
    auto table = reader_->query(sql, 1000, kLong);
    EXPECT_TRUE(table.ok()) << sql << ": " << table.status().message();
    return table.ok() ? std::move(*table) : Table();
  }
  void refuses(const std::string& sql, StatusCode code, const std::string& words) {
    const auto table = reader_->query(sql, 1000, kLong);
    ASSERT_FALSE(table.ok()) << sql;
    EXPECT_EQ(table.status().code(), code) << sql << ": " << table.status().message();
    EXPECT_THAT(table.status().message(), HasSubstr(words)) << sql;
  }

  test::ExampleDatabase database_;
  std::unique_ptr<StudyReader> reader_;
};

TEST_F(QueryTest, AnswersQuestionsOverTheViews) {
  const Table table = rows(
      "select p.value optimizer, count(*) n, max(t.value) best from trial_list t"
      " join parameter_list p on p.study = t.study and p.trial = t.number"
      " where t.study = 'fashion' and p.name = 'optimizer' group by 1 order by best desc;");
  EXPECT_THAT(table.columns, ElementsAre("optimizer", "n", "best"));
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0][0], Cell(std::string("adam")));
  EXPECT_EQ(table.rows[0][1], Cell(int64_t{2}));
  EXPECT_EQ(table.rows[0][2], Cell(0.9));
}

TEST_F(QueryTest, EveryViewCanBeReadAndCounted) {
  for (const std::string view : {"study_list",
                                 "trial_list",
                                 "parameter_list",
                                 "fold_list",
                                 "metric_list",
                                 "attempt_list",
                                 "worker_list",
                                 "event_list",
                                 "alembic_version",
                                 "version_info",
                                 "studies",
                                 "study_directions",
                                 "study_user_attributes",
                                 "study_system_attributes",
                                 "trials",
                                 "trial_params",
                                 "trial_values",
                                 "trial_intermediate_values",
                                 "trial_user_attributes",
                                 "trial_system_attributes",
                                 "trial_heartbeats"}) {
    rows("select * from " + view);
    EXPECT_THAT(rows("select count(*) from " + view).rows, SizeIs(1));
  }
}

TEST_F(QueryTest, EveryFoldEpochIsThereOnce) {
  const Table table = rows(
      "select trial, fold, epoch, value from metric_list"
      " where name = 'val_acc' order by 1, 2, 3");
  ASSERT_THAT(table.rows, SizeIs(5));
  EXPECT_EQ(table.rows[1][3], Cell(0.7));  // not the superseded 0.6
}

TEST_F(QueryTest, CountsEventsOnce) {
  EXPECT_THAT(rows("select * from event_list where kind = 'attempt_leased'").rows, SizeIs(4));
}

TEST_F(QueryTest, TakesCommentsSubqueriesAndRecursion) {
  rows("-- best first\nselect 1;  -- done\n;");
  rows("with c as (select 1 x) select count(*) from c");
  rows(
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select * from "
      "n");
  rows("select key from study_list, json_each(spec)");
}

TEST_F(QueryTest, RefusesWhatIsNotASelect) {
  const auto denied = StatusCode::kPermissionDenied;
  refuses("insert into study (id) values (1)", denied, "anything but SELECT");
  refuses("delete from trial", denied, "anything but SELECT");
  refuses("delete from trial_list", StatusCode::kInvalidArgument, "it is a view");
  refuses("update study set name = 'x'", denied, "anything but SELECT");
  refuses("attach 'x.db' as x", denied, "anything but SELECT");
  refuses("pragma user_version", denied, "anything but SELECT");
  refuses("begin", denied, "anything but SELECT");
  refuses("vacuum", denied, "anything but SELECT");
  refuses("create temp table x (a)", denied, "anything but SELECT");
  refuses("explain select 1", denied, "anything but SELECT");
}

TEST_F(QueryTest, RefusesWhatIsNotAView) {
  const auto denied = StatusCode::kPermissionDenied;
  refuses("select name from study", denied, "reading study");
  refuses("select count(*) from trial", denied, "reading trial");
  refuses("select * from sqlite_master", denied, "reading sqlite_master");
  refuses("select count(*) from sqlite_master", denied, "reading sqlite_master");
  refuses("select load_extension('x'), randomblob(3)", denied, "load_extension");
  refuses("select 1 where randomblob(3) and 1 in (select id from study)", denied, "randomblob");
  refuses("select * from pragma_table_list", denied, "anything but SELECT");
  refuses("select count(*) from pragma_table_list", denied, "anything but SELECT");
  refuses("select t.number from trial_list t join trial x on x.number = t.number", denied, "trial");
  refuses("select load_extension('x')", denied, "load_extension");
  refuses("select randomblob(1000000000)", denied, "randomblob");
}

// The first use of such a table is refused as a change of the schema, which later ones are not.
TEST_F(QueryTest, RefusesTablesOfSettingsThatTheConnectionHasUsedBefore) {
  SQLite::Database raw(database_.path().string());
  raw.execAndGet("SELECT count(*) FROM pragma_table_list");
  const Status status =
      run_select(raw, database_.path(), "select count(*) from pragma_table_list", 9, kLong)
          .status();
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("pragma_table_list"));
}

TEST_F(QueryTest, RefusesWhatIsNotOneStatement) {
  const auto invalid = StatusCode::kInvalidArgument;
  refuses("select 1; select 2", invalid, "several statements");
  refuses("", invalid, "empty");
  refuses("-- nothing", invalid, "empty");
  refuses("selec 1", invalid, "syntax error");
  refuses("select nix from trial_list", invalid, "no such column");
  refuses("select 1 limit 'x'", invalid, "datatype mismatch");
}

TEST_F(QueryTest, CapsRows) {
  const auto table = reader_->query("select * from trial_list", 2, kLong);
  EXPECT_THAT(table->rows, SizeIs(2));
  EXPECT_TRUE(table->truncated);
  EXPECT_FALSE(reader_->query("select * from trial_list", 3, kLong)->truncated);
}

TEST_F(QueryTest, CapsTimeAndGoesOnAfterwards) {
  const auto table = reader_->query(
      "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n", 10,
      Milliseconds(20));
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(table.status().message(), HasSubstr("20 ms"));
  rows("select 1");
  EXPECT_TRUE(reader_->get_study("fashion").ok());
}

TEST_F(QueryTest, CapsTheLengthOfAValue) {
  refuses("select replace(printf('%10000000s', ''), ' ', 'abcdefghij')",
          StatusCode::kInvalidArgument, "too big");
}

TEST_F(QueryTest, CapsTheTextOfAnAnswer) {
  refuses(
      "with recursive n(i) as (select 1 union all select i + 1 from n limit 10)"
      " select printf('%10000000s', '') from n",
      StatusCode::kResourceExhausted, "fewer rows or columns");
}

}  // namespace
}  // namespace foldmill::storage
