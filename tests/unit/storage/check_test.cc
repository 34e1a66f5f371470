// Each rule of check_database(), broken on purpose.

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <set>

#include "core/sha256.h"
#include "storage/maintenance.h"
#include "storage/maintenance/row_rules.h"
#include "tests/support/example_database.h"
#include "tests/support/print_findings.h"
#include "tests/support/unprivileged.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace fs = std::filesystem;

struct Break {
  const char* rule;
  const char* sql;
  const char* place;
  const char* words;
};

void PrintTo(const Break& broken, std::ostream* out) { *out << broken.rule; }

// Of ExampleDatabase: trial 0 completed by attempts 1 and 2, trial 1 pruned, trial 2 running.
const Break kBreaks[] = {
    {"study-end", "UPDATE study SET ended = 1", "fashion", "is active with a time of its end"},
    {"study-running", "UPDATE study SET state = 'completed', ended = 1", "fashion/2",
     "is running in a study that is completed"},
    {"study-budget", "UPDATE study SET trials = 1", "fashion", "2 trials count for a budget of 1"},
    {"trial-numbers",
     "UPDATE trial SET number = 7 WHERE number = 2; UPDATE fold SET trial = 7 WHERE trial = 2;"
     "UPDATE attempt SET trial = 7 WHERE trial = 2;"
     "UPDATE trial_parameter SET trial = 7 WHERE trial = 2",
     "fashion", "has 3 trials, but the last is number 7"},
    {"trial-folds", "UPDATE trial SET folds = 2 WHERE number = 0", "fashion/0",
     "has 1 of its 2 folds"},
    {"trial-state", "UPDATE fold SET state = 'stopped' WHERE trial = 0", "fashion/0",
     "is completed while 0 of its 1 folds are open and 0 completed"},
    {"trial-state", "UPDATE trial SET state = 'failed', ended = 1 WHERE number = 2", "fashion/2",
     "is failed while 1 of its 1 folds are open"},
    {"trial-sums", "UPDATE trial SET trained_epochs = 3 WHERE number = 0", "fashion/0",
     "says that it trained 3 epochs"},
    {"trial-sums", "UPDATE trial SET trained_seconds = 3 WHERE number = 1", "fashion/1",
     "its reports say 1 in 1.5 s"},
    {"fold-held",
     "UPDATE attempt SET state = 'lost', ended = 1 WHERE state IN ('leased', 'running')",
     "fashion/2.0", "is leased, with 0 live attempts"},
    {"fold-completed", "UPDATE attempt SET state = 'failed' WHERE id = 2", "fashion/0.0",
     "its last attempt is failed"},
    {"fold-epochs", "DELETE FROM epoch_report WHERE trial = 0 AND epoch = 4", "fashion/0.0",
     "is completed with 3 of 4 epochs"},
    {"attempt-numbers", "UPDATE attempt SET number = 3 WHERE id = 2", "fashion/0.0",
     "has 2 attempts, but the last is number 3"},
    {"report-owner", "UPDATE attempt SET first_epoch = 3 WHERE id = 2", "fashion/0.0",
     "attempt 2 reported epoch 2, but began at 3"},
    {"report-owner", "UPDATE epoch_report SET trial = 2 WHERE trial = 1", "fashion/1.0",
     "attempt 1 reported epoch 1 under fold 0 of trial 2"},
    {"report-gap", "DELETE FROM epoch_report WHERE attempt = 2 AND epoch = 2", "fashion/0.0",
     "has 3 epochs, but the last is 4"},
    {"report-superseded", "UPDATE epoch_report SET superseded_by = 4 WHERE superseded_by = 2",
     "fashion/0.0", "not a later one of that fold"},
    {"checkpoint-owner",
     "INSERT INTO checkpoint VALUES (1, 0, 0, 2, 4, printf('%064d', 0), 1, 1, NULL, NULL, NULL)",
     "fashion/0.0", "the checkpoint of epoch 4 outlived its trial"},
    {"checkpoint-owner",
     "INSERT INTO checkpoint VALUES (1, 2, 0, 4, 2, printf('%064d', 0), 1, 1, NULL, NULL, NULL)",
     "fashion/2.0", "is of an epoch that was not reported"},
    {"checkpoint-owner",
     "INSERT INTO checkpoint VALUES (1, 2, 0, 4, 2, printf('%064d', 0), 1, 1, 2, printf('%064d', "
     "1), 1);"
     "INSERT INTO epoch_report SELECT 4, epoch, 1, 2, 0, value, seconds, metrics, reported, NULL"
     " FROM epoch_report WHERE attempt = 1",
     "fashion/2.0", "is kept behind an earlier one"},
    {"ask-numbers", "INSERT INTO ask VALUES (1, 2, 2, 'k', 1, 1, 1)", "fashion/2",
     "was handed out 1 times, but the last is number 2"},
    {"fold-value", "UPDATE fold SET value = 0.8 WHERE trial = 0", "fashion/0.0",
     "is recorded with the value 0.8, its reports give 0.9"},
    {"trial-value", "UPDATE trial SET value = 0.8 WHERE number = 0", "fashion/0",
     "is recorded with the value 0.8, its folds give 0.9"},
    {"trial-value", "UPDATE trial SET value = NULL WHERE number = 0", "fashion/0", "value nan"},
    {"fold-value", "UPDATE epoch_report SET value = NULL WHERE trial = 0", "fashion/0.0",
     "its reports give nan"},
    {"foreign-keys", "DELETE FROM worker WHERE id = 1", "",
     "4 rows of attempt point to a row of worker that is not there"},
    {"load", "UPDATE study SET spec = '{}'", "", ""},
};

class CheckTest : public ::testing::TestWithParam<Break> {
 protected:
  CheckTest() {
    database_.fill();
    database_.close();
    fs::create_directories(model_.parent_path());
    std::ofstream(model_) << kModel;
    execute("UPDATE artifact SET sha256 = '" + sha256_hex(kModel) + "', bytes = 7;" +
            "UPDATE study SET spec = json_set(spec, '$.evaluate', json('[]'))");
  }
  void execute(const std::string& sql) {
    SQLite::Database database(database_.path().string(), SQLite::OPEN_READWRITE);
    database.exec(sql);
  }
  // Where in the file the first page of a table is.
  std::streamoff page_of(const std::string& table) {
    SQLite::Database database(database_.path().string());
    return database.execAndGet("SELECT (rootpage - 1) * 4096 FROM sqlite_schema WHERE name = '" +
                               table + "'");
  }
  Check check(bool quick = false) {
    const auto found = check_database(database_.path(), {.quick = quick});
    EXPECT_TRUE(found.ok()) << found.status().message();
    return found.ok() ? *found : Check();
  }

  static constexpr const char* kModel = "a model";
  ExampleDatabase database_;
  fs::path model_ = artifact_path(database_.path(), {sha256_hex(kModel), 7});
};

// Drops all checkpoints when a connection ends its transaction.
struct ReplacedMeanwhile {
  static inline fs::path database;

  static int watch(sqlite3* connection, char**, const sqlite3_api_routines*) {
    return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, &seen, nullptr);
  }
  static int seen(unsigned, void*, void*, void* text) {
    if (!std::string_view(static_cast<const char*>(text)).starts_with("ROLLBACK")) return 0;
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch));
    SQLite::Database(database.string(), SQLite::OPEN_READWRITE).exec("DELETE FROM checkpoint");
    return 0;
  }
};

TEST_F(CheckTest, FindsNothingInASoundDatabase) {
  for (const bool quick : {true, false}) {
    const Check found = check(quick);
    EXPECT_THAT(found.findings, IsEmpty());
    EXPECT_EQ(found.artifacts.files, 1);
    EXPECT_EQ(found.artifacts.bytes, 7);
    EXPECT_EQ(found.unreferenced.files, 0);
  }
}

TEST_P(CheckTest, FindsWhatIsBroken) {
  execute(GetParam().sql);
  const Check found = check();
  EXPECT_THAT(found.findings,
              Contains(::testing::AllOf(Field(&Finding::check, GetParam().rule),
                                        Field(&Finding::place, HasSubstr(GetParam().place)),
                                        Field(&Finding::what, HasSubstr(GetParam().words)))));
  EXPECT_THAT(found.findings, Each(Field(&Finding::advice, Not(IsEmpty()))));
}

INSTANTIATE_TEST_SUITE_P(Rules, CheckTest, ::testing::ValuesIn(kBreaks));

TEST(CheckRules, AreAllBrokenByATest) {
  std::set<std::string> tested;
  for (const Break& broken : kBreaks) tested.insert(broken.rule);
  for (const RowRule& rule : row_rules()) EXPECT_THAT(tested, Contains(rule.name));
}

TEST_F(CheckTest, FindsFilesThatAreMissingShortOrChanged) {
  const auto only_finding = [&](bool quick) {
    const Check found = check(quick);
    EXPECT_THAT(found.findings, SizeIs(1));
    return found.findings.empty() ? Finding() : found.findings[0];
  };
  std::ofstream(model_) << "A model";
  EXPECT_THAT(check(/*quick=*/true).findings, IsEmpty()) << "its size is right";
  EXPECT_THAT(only_finding(false).what, HasSubstr("was damaged: its SHA-256 is "));
  EXPECT_EQ(only_finding(false).place, "fashion/0.0");
  fs::resize_file(model_, 3);
  EXPECT_THAT(only_finding(true).what, HasSubstr("has 3 bytes instead of 7"));
  fs::remove(model_);
  EXPECT_THAT(only_finding(true).what, HasSubstr("state_dict.pt: the file "));
  EXPECT_THAT(only_finding(true).what, HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(only_finding(true).advice, HasSubstr("backup"));
  execute("UPDATE artifact SET sha256 = '../../etc/passwd'");
  EXPECT_THAT(only_finding(false).what, HasSubstr("is no SHA-256 digest"));
}

TEST_F(CheckTest, SaysOnceWhatIsWrongInAThousandPlaces) {
  execute(
      "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
      " INSERT INTO study (id, name, spec, direction, trials, epochs, state, created, ended)"
      " SELECT i, 'study-' || i, s.spec, s.direction, s.trials, s.epochs, s.state, 1, 2 FROM n,"
      " (SELECT * FROM study WHERE id = 1) s");
  const Check found = check();
  EXPECT_THAT(found.findings, SizeIs(21));
  EXPECT_EQ(found.findings.back().what, "and 971 more like these");
}

TEST_F(CheckTest, ValuesMayBeRoundedOtherwiseOrMissingAltogether) {
  for (const char* value : {"0.9 + 1e-15", "NULL"}) {
    execute(std::string("UPDATE fold SET value = ") + value + " WHERE trial = 0;" +
            "UPDATE trial SET value = " + value + " WHERE number = 0");
    if (value == std::string("NULL"))
      execute("UPDATE epoch_report SET value = NULL WHERE trial = 0");
    EXPECT_THAT(check().findings, IsEmpty()) << value;
  }
}

TEST_F(CheckTest, ValuesOfTrialsTrainedOutsideAreTheirOwners) {
  execute("UPDATE study SET spec = json_set(spec, '$.model.type', 'external')");
  execute("UPDATE fold SET value = 0.8 WHERE trial = 0");
  EXPECT_THAT(check().findings, IsEmpty());
}

TEST_F(CheckTest, SaysWhichFileItMayNotRead) {
  fs::permissions(database_.directory(), fs::perms(0755));
  fs::permissions(model_, fs::perms(0));
  {
    const Unprivileged user;
    const Check found = check();
    ASSERT_THAT(found.findings, SizeIs(1));
    EXPECT_EQ(found.findings[0].check, "artifact-file");
    EXPECT_THAT(found.findings[0].what, HasSubstr("Permission denied"));
  }
  fs::permissions(model_, fs::perms(0644));
}

// A coordinator that replaces a checkpoint removes the file that the check is about to look for.
TEST_F(CheckTest, AFileThatIsNotNamedAnyMoreNeedNotBeThere) {
  execute(
      "INSERT INTO checkpoint VALUES (1, 2, 0, 4, 1, printf('%064d', 0), 1, 1, NULL, NULL, NULL);"
      "INSERT INTO epoch_report SELECT 4, epoch, 1, 2, 0, value, seconds, metrics, reported, NULL"
      " FROM epoch_report WHERE attempt = 1 AND epoch = 1");
  EXPECT_THAT(check().findings, SizeIs(1));
  ReplacedMeanwhile::database = database_.path();
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(&ReplacedMeanwhile::watch));
  const Check found = check();
  sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&ReplacedMeanwhile::watch));
  EXPECT_THAT(found.findings, IsEmpty());
}

TEST_F(CheckTest, ReadsOnWhereAPageIsDamaged) {
  const std::streamoff page = page_of("epoch_report");
  std::fstream file(database_.path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(page);
  file << std::string(2000, '\x7f');
  file.close();
  const Check found = check();
  ASSERT_THAT(found.findings, Not(IsEmpty()));
  EXPECT_EQ(found.findings[0].check, "pages");
  EXPECT_THAT(found.findings[0].advice, HasSubstr("restore the last sound backup"));
}

TEST_F(CheckTest, RefusesWhatIsNoDatabaseOfOurs) {
  EXPECT_EQ(check_database(database_.directory() / "none.db", {}).status().code(),
            StatusCode::kNotFound);
  std::ofstream(database_.path(), std::ios::binary) << std::string(5000, 'x');
  EXPECT_EQ(check_database(database_.path(), {}).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace foldmill::storage
