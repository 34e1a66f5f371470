// What open_store and open_reader say to files and places that they cannot use.

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <unistd.h>

#include <fstream>

#include "storage/sqlite/migrations.h"
#include "tests/support/example_database.h"
#include "tests/support/unprivileged.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class BadFiles : public ::testing::Test {
 protected:
  void make_database() { ASSERT_TRUE(open_store(path_).ok()); }
  void execute(const std::string& sql) {
    SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(sql);
  }
  void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }
  void both_refuse(StatusCode code, const std::string& words) {
    const Status writer = open_store(path_).status();
    EXPECT_EQ(writer.code(), code) << writer.message();
    EXPECT_THAT(writer.message(), AllOf(HasSubstr(words), HasSubstr(path_.native())));
    const Status reader = open_reader(path_).status();
    EXPECT_EQ(reader.code(), code) << reader.message();
    EXPECT_THAT(reader.message(), AllOf(HasSubstr(words), HasSubstr(path_.native())));
  }

  TempDir dir_;
  fs::path path_ = dir_ / "study.db";
};

TEST_F(BadFiles, NotADatabase) {
  write(std::string(5000, 'x'));
  both_refuse(StatusCode::kDataLoss, "not a database");
}

TEST_F(BadFiles, Damaged) {
  make_database();
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);  // the root page of the schema
  file << std::string(3000, '\xff');
  file.close();
  both_refuse(StatusCode::kDataLoss, "malformed");
}

TEST_F(BadFiles, Truncated) {
  ExampleDatabase database;
  database.fill();
  database.close();
  path_ = database.path();
  fs::resize_file(path_, fs::file_size(path_) / 8);
  both_refuse(StatusCode::kDataLoss, "malformed");
}

TEST_F(BadFiles, OfAnotherApplication) {
  execute("CREATE TABLE recipes (name TEXT)");
  both_refuse(StatusCode::kFailedPrecondition, "another application");
}

TEST_F(BadFiles, EmptyButOfAnotherApplication) {
  execute("PRAGMA application_id = 7");
  both_refuse(StatusCode::kFailedPrecondition, "another application");
  execute("PRAGMA application_id = 0; PRAGMA user_version = 3");
  both_refuse(StatusCode::kFailedPrecondition, "another application");
}

// Between the look at the file and its migration another program may have come.
TEST_F(BadFiles, NewerWhenItIsToBeMigrated) {
  make_database();
  SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE);
  const Status status = migrate(database, embedded_schema().first(1), path_, at(0));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("made by a newer foldmill; this one knows up to 1"));
}

TEST_F(BadFiles, Newer) {
  make_database();
  execute("PRAGMA user_version = 99");
  both_refuse(StatusCode::kFailedPrecondition, "schema version 99, made by a newer foldmill");
}

TEST_F(BadFiles, MadeFromAnotherTextOfAMigration) {
  make_database();
  execute("UPDATE schema_file SET sha256 = 'x' WHERE name = '0001_initial.sql'");
  const Status status = open_store(path_).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("0001_initial.sql"));
}

TEST_F(BadFiles, TheFirstSchemaIsUpgraded) {
  make_database();
  // What the first version made: without what the later migrations add, and the views of that.
  execute(
      "DROP VIEW study_list; DROP VIEW trial_list; DROP VIEW trial_metric_list; DROP VIEW ask_list;"
      "DROP VIEW trial_values; DROP VIEW trial_system_attributes;"
      "DROP TABLE trial_metric; DROP TABLE ask; DROP TABLE enqueued_point;"
      "ALTER TABLE study DROP COLUMN resumed; ALTER TABLE study DROP COLUMN trials_before_stop;"
      "ALTER TABLE trial DROP COLUMN violation; ALTER TABLE trial DROP COLUMN estimated;"
      "ALTER TABLE trial DROP COLUMN pruned_p_value;"
      "ALTER TABLE checkpoint DROP COLUMN earlier_epoch;"
      "ALTER TABLE checkpoint DROP COLUMN earlier_sha256;"
      "ALTER TABLE checkpoint DROP COLUMN earlier_bytes;"
      "DELETE FROM schema_file WHERE name <> '0001_initial.sql';"
      "PRAGMA user_version = 1");
  EXPECT_THAT(open_reader(path_).status().message(), HasSubstr("schema version 1"));
  make_database();
  EXPECT_TRUE((*open_reader(path_))
                  ->query("select pruned_p_value, violation, estimated from trial_list", 1,
                          Milliseconds(9999))
                  .ok());
}

TEST_F(BadFiles, ViewsOfAnEarlierProgramAreReplaced) {
  make_database();
  execute("UPDATE schema_file SET sha256 = 'x' WHERE name = 'views.sql'; DROP VIEW trial_list");
  make_database();
  EXPECT_TRUE((*open_reader(path_))->query("select * from trial_list", 1, Milliseconds(9999)).ok());
}

TEST_F(BadFiles, AnEmptyFileBecomesADatabaseButIsNotReadAsOne) {
  write("");
  EXPECT_THAT(open_reader(path_).status().message(), HasSubstr("schema version 0"));
  EXPECT_TRUE(open_store(path_).ok());
  EXPECT_TRUE(open_reader(path_).ok());
}

TEST_F(BadFiles, NotThere) {
  EXPECT_EQ(open_reader(path_).status().code(), StatusCode::kNotFound);
  const Status status = open_store(dir_ / "no/such/study.db").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("no/such does not exist"));
}

TEST_F(BadFiles, InADirectoryThatCannotBeWritten) {
  make_database();
  fs::permissions(dir_.path(), fs::perms(0555));
  {
    const Unprivileged user;
    const Status status = open_store(path_).status();
    EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
    EXPECT_THAT(status.message(), HasSubstr("directory " + dir_.path().string()));
  }
  fs::permissions(dir_.path(), fs::perms(0777));
  fs::permissions(path_, fs::perms(0444));
  {
    const Unprivileged user;
    const Status status = open_store(path_).status();
    EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
    EXPECT_THAT(status.message(), HasSubstr("database " + path_.string() + " cannot be written"));
  }
}

TEST_F(BadFiles, InADirectoryThatCannotBeLookedInto) {
  fs::create_directory(dir_ / "in");
  fs::permissions(dir_.path(), fs::perms(0));
  {
    const Unprivileged user;
    EXPECT_EQ(open_store(dir_ / "in/study.db").status().code(), StatusCode::kPermissionDenied);
    EXPECT_EQ(open_reader(path_).status().code(), StatusCode::kPermissionDenied);
  }
  fs::permissions(dir_.path(), fs::perms(0755));
}

// It may be written, but what is in it cannot be found out.
TEST_F(BadFiles, InADirectoryThatCannotBeSearched) {
  fs::permissions(dir_.path(), fs::perms(0222));
  {
    const Unprivileged user;
    EXPECT_EQ(open_store(path_).status().code(), StatusCode::kPermissionDenied);
  }
  fs::permissions(dir_.path(), fs::perms(0755));
}

TEST_F(BadFiles, OnANetworkFileSystem) {
  for (const int64_t type : {int64_t{NFS_SUPER_MAGIC}, int64_t{0xff534d42}, int64_t{0x0bd00bd0}}) {
    StoreOptions options;
    options.file_system_type = [type](const fs::path&) { return type; };
    const Status status = open_store(path_, options).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(), HasSubstr("network file system"));
    EXPECT_FALSE(fs::exists(path_));
    options.allow_network_file_system = true;
    EXPECT_TRUE(open_store(path_, options).ok());
    fs::remove(path_);
  }
}

TEST_F(BadFiles, LockedByAnother) {
  auto holder = open_store(path_);
  ASSERT_TRUE(holder.ok());
  ASSERT_TRUE(holder->lock->set_address("127.0.0.1:7070").ok());
  const Status status = open_store(path_).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("process " + std::to_string(::getpid()) + " on "),
                                      HasSubstr("serving 127.0.0.1:7070")));
  EXPECT_EQ(read_lock_holder(path_)->address, "127.0.0.1:7070");
  EXPECT_TRUE(open_reader(path_).ok());  // readers need no lock
  *holder = {};
  EXPECT_EQ(read_lock_holder(path_), std::nullopt);
  EXPECT_TRUE(open_store(path_).ok());
}

// Names are taken as they are, by SQLite too, and beside the program when they name no directory.
TEST_F(BadFiles, WithAStrangeName) {
  const fs::path before = fs::current_path();
  fs::current_path(dir_.path());
  const fs::path path = "50% of #1?.db";
  {
    const auto opened = open_store(path);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    const std::vector<Change> changes = {study_created()};
    ASSERT_TRUE(opened->store->apply(changes).ok());
  }
  const auto reader = open_reader(path);
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  EXPECT_TRUE((*reader)->get_study("fashion").ok());
  EXPECT_TRUE(fs::exists(dir_ / path));
  fs::current_path(before);
}

TEST_F(BadFiles, AStaleLockIsHarmless) {
  std::ofstream(path_.string() + ".lock") << R"({"pid": 1, "host": "gone", "since": "1999"})";
  EXPECT_EQ(read_lock_holder(path_), std::nullopt);
  auto holder = open_store(path_);
  ASSERT_TRUE(holder.ok()) << holder.status().message();
  EXPECT_EQ(read_lock_holder(path_)->pid, ::getpid());
  std::ofstream(path_.string() + ".lock") << "garbage";
  EXPECT_EQ(read_lock_holder(path_)->describe(), "another process");
  std::ofstream(path_.string() + ".lock") << R"({"pid": "x"})";
  EXPECT_EQ(read_lock_holder(path_)->pid, 0);
}

TEST_F(BadFiles, BusyIsUnavailableAndNothingIsLost) {
  StoreOptions options;
  options.busy_timeout_ms = 1;
  auto opened = open_store(path_, options);
  ASSERT_TRUE(opened.ok());
  SQLite::Database other(path_.string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const std::vector<Change> changes = {study_created()};
  EXPECT_EQ(opened->store->apply(changes).code(), StatusCode::kUnavailable);
  other.exec("COMMIT");
  EXPECT_TRUE(opened->store->apply(changes).ok());
}

TEST_F(BadFiles, AStoredWordThatNobodyKnowsIsDataLoss) {
  ExampleDatabase database;
  database.fill();
  database.close();
  path_ = database.path();
  execute("UPDATE trial SET cause = 'magic'");
  auto opened = open_store(path_);
  ASSERT_TRUE(opened.ok());
  const Status status = opened->store->load().status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("'magic'"));
  EXPECT_EQ((*open_reader(path_))->get_trial("fashion", TrialNumber(0)).status().code(),
            StatusCode::kDataLoss);
}

}  // namespace
}  // namespace foldmill::storage
