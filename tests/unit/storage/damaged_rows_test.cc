// Rows that no store writes, and that pass the file's own checks or were written without them: they
// are told as a damaged database, and take neither the coordinator nor the check along.

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/maintenance.h"
#include "storage/value_json.h"
#include "tests/support/example_database.h"
#include "tests/support/print_findings.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

struct Damage {
  const char* name;
  const char* sql;
  const char* words;  // of the refusal
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

std::string name_of(const ::testing::TestParamInfo<Damage>& instance) {
  return instance.param.name;
}

class DamagedDatabase : public ::testing::TestWithParam<Damage> {
 protected:
  DamagedDatabase() {
    database_.fill();
    database_.close();
    SQLite::Database raw(database_.path().string(), SQLite::OPEN_READWRITE);
    raw.exec("PRAGMA ignore_check_constraints = ON");
    raw.exec(GetParam().sql);
  }

  static void expect_damage(const Status& status) {
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status.message();
    EXPECT_THAT(status.message(), HasSubstr(GetParam().words));
  }

  ExampleDatabase database_;
};

using DamagedSnapshot = DamagedDatabase;

TEST_P(DamagedSnapshot, IsNotLoaded) {
  const auto opened = open_store(database_.path());
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  expect_damage(opened->store->load().status());
}

TEST_P(DamagedSnapshot, IsFoundByACheck) {
  const auto check = check_database(database_.path(), {});
  ASSERT_TRUE(check.ok()) << check.status().message();
  EXPECT_THAT(check->findings, Contains(Field(&Finding::check, "load")));
}

const Damage kOfSnapshots[] = {
    {"Study", "DELETE FROM study", "lacks a study that other rows refer to"},
    {"Trial", "DELETE FROM trial WHERE number = 2", "lacks a trial that other rows refer to"},
    {"NegativeTrial", "UPDATE trial_parameter SET trial = -1 WHERE trial = 2", "lacks a trial"},
    {"Fold", "UPDATE fold SET fold = 1 WHERE trial = 2", "a fold that its trial does not have"},
    {"TooManyFolds", "UPDATE trial SET folds = 1 << 60 WHERE number = 2", "1152921504606846976"},
    {"NoFolds", "UPDATE trial SET folds = 0 WHERE number = 2", "a trial of 0 folds"},
    {"FarEpoch", "UPDATE epoch_report SET epoch = 1 << 60 WHERE attempt = 3", "epoch 11529215"},
    {"EpochZero", "UPDATE epoch_report SET epoch = 0 WHERE attempt = 3", "epoch 0"},
    {"Point", "INSERT INTO enqueued_point VALUES (1, 1, '[3]', 1)", "malformed point"},
    {"Range", "UPDATE study SET spec = json_set(spec, '$.constants', 3)", "malformed study spec"},
};
INSTANTIATE_TEST_SUITE_P(Damage, DamagedSnapshot, ::testing::ValuesIn(kOfSnapshots), name_of);

using DamagedTrial = DamagedDatabase;

TEST_P(DamagedTrial, IsNotShown) {
  const auto reader = open_reader(database_.path());
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  expect_damage((*reader)->get_trial("fashion", TrialNumber(2)).status());
}

const Damage kOfTrials[] = {
    {"LaterFold", "UPDATE attempt SET fold = 1 WHERE trial = 2", "a fold that its trial does not"},
    {"NegativeFold", "UPDATE attempt SET fold = -1 WHERE trial = 2", "a fold that its trial does"},
    {"Word", "UPDATE fold SET state = 'gone' WHERE trial = 2", "unknown word 'gone'"},
};
INSTANTIATE_TEST_SUITE_P(Damage, DamagedTrial, ::testing::ValuesIn(kOfTrials), name_of);

using DamagedList = DamagedDatabase;

TEST_P(DamagedList, IsNotShown) {
  const auto reader = open_reader(database_.path());
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  expect_damage((*reader)->list_workers(9, "").status());
  expect_damage((*reader)->list_studies(9, "").status());
}

const Damage kOfLists[] = {
    {"Text",
     "UPDATE worker SET labels = '3';"
     "INSERT INTO enqueued_point VALUES (1, 1, '3', 1)",
     "malformed"},
};
INSTANTIATE_TEST_SUITE_P(Damage, DamagedList, ::testing::ValuesIn(kOfLists), name_of);

// A page of the table that a user's own query reads.
TEST(DamagedPages, AreNotTheFaultOfAQuery) {
  ExampleDatabase database;
  database.fill();
  database.close();
  const int64_t page =
      SQLite::Database(database.path().string())
          .execAndGet("SELECT rootpage - 1 FROM sqlite_schema WHERE name = 'worker'");
  std::fstream file(database.path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(page * 4096);
  file << std::string(4096, '\x7f');
  file.close();
  const auto reader = open_reader(database.path());
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  const Status status =
      (*reader)->query("select * from worker_list", 9, Milliseconds(60'000)).status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("restore it from a copy"));
}

}  // namespace
}  // namespace foldmill::storage
