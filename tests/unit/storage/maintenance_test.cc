// Backup and compaction. What a check finds: check_test.cc.

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/sha256.h"
#include "storage/maintenance.h"
#include "tests/support/example_database.h"
#include "tests/support/print_findings.h"
#include "tests/support/unprivileged.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace fs = std::filesystem;

ArtifactRef ref_of(const std::string& content) {
  return {sha256_hex(content), static_cast<int64_t>(content.size())};
}

class MaintenanceTest : public ::testing::Test {
 protected:
  MaintenanceTest() {
    database_.fill();
    SQLite::Database(database_.path().string(), SQLite::OPEN_READWRITE)
        .exec("UPDATE study SET spec = json_set(spec, '$.evaluate', json('[]'))");
    put(kModel);
    put(kCheckpoint);
    database_.apply(
        {change::ArtifactRecorded{AttemptId(2), fold_key(0), "state_dict.pt", ref_of(kModel),
                                  at(150)},
         reported(4, fold_key(2), 1, 0.5),
         change::CheckpointRecorded{AttemptId(4), fold_key(2), {1, ref_of(kCheckpoint)}, at(160)}});
  }

  void put(const std::string& content) {
    auto store = open_artifacts(database_.path());
    ASSERT_TRUE(store.ok()) << store.status().message();
    auto writer = (*store)->begin(ref_of(content));
    ASSERT_TRUE(writer.ok()) << writer.status().message();
    ASSERT_TRUE((*writer)->append(content).ok());
    ASSERT_TRUE((*writer)->commit().ok());
  }
  fs::path file_of(const std::string& content) const {
    return artifact_path(database_.path(), ref_of(content));
  }
  Backup back_up_whole(const fs::path& to) {
    const auto done = back_up(database_.path(), to, true);
    EXPECT_TRUE(done.ok()) << done.status().message();
    return done.ok() ? *done : Backup();
  }
  static Check checked(const fs::path& path) {
    const auto check = check_database(path, {});
    EXPECT_TRUE(check.ok()) << check.status().message();
    return check.ok() ? *check : Check();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(copy_.parent_path()))
      found.push_back(entry.path().filename());
    return found;
  }

  static constexpr const char* kModel = "a model";
  static constexpr const char* kCheckpoint = "a checkpoint";
  ExampleDatabase database_;
  TempDir elsewhere_;
  fs::path copy_ = elsewhere_ / "copy.db";
};

TEST_F(MaintenanceTest, ABackupHoldsRowsAndFilesWhileTheDatabaseIsServed) {
  const Backup done = back_up_whole(copy_);
  EXPECT_EQ(done.artifacts.files, 2);
  EXPECT_THAT(done.left_out, IsEmpty());
  EXPECT_EQ(done.bytes, static_cast<int64_t>(fs::file_size(copy_)));
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("copy.db", "copy.artifacts"));
  auto opened = open_store(copy_);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  const auto copied = opened->store->load();
  ASSERT_TRUE(copied.ok());
  ASSERT_THAT(copied->studies, SizeIs(1));
  EXPECT_THAT(copied->studies[0].trials, SizeIs(3));
  EXPECT_THAT(checked(copy_).findings, IsEmpty());
  database_.apply({reported(4, fold_key(2), 2, 0.6)});  // it is still the coordinator's
}

TEST_F(MaintenanceTest, ABackupKeepsToOneMomentAndToItsName) {
  back_up_whole(copy_);
  database_.apply({reported(4, fold_key(2), 2, 0.6)});
  const auto again = back_up(database_.path(), copy_, true);
  EXPECT_EQ(again.status().code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(again.status().message(), HasSubstr("copy.db is there already"));
  auto reader = open_reader(copy_);
  ASSERT_TRUE(reader.ok());
  const auto trial = (*reader)->get_trial("fashion", TrialNumber(2));
  ASSERT_TRUE(trial.ok());
  EXPECT_THAT(trial->folds.at(0).curve, SizeIs(1));
}

// Databases in one directory, as "study.db" and "study.2026-11-22" are, share no files.
TEST_F(MaintenanceTest, ABackupBesideTheDatabaseHasFilesOfItsOwn) {
  const fs::path copy = database_.path().parent_path() / "study.2026-11-22";
  EXPECT_EQ(back_up_whole(copy).artifacts.files, 2);
  fs::remove_all(artifact_directory(database_.path()));
  EXPECT_THAT(checked(copy).findings, IsEmpty());
}

TEST_F(MaintenanceTest, ABackupIntoTheFilesOfTheDatabaseIsRefused) {
  fs::create_directory_symlink(artifact_directory(database_.path()), artifact_directory(copy_));
  const fs::path arriving = artifact_directory(database_.path()) / "tmp/upload-1";
  std::ofstream(arriving) << "half";
  const Status status = back_up(database_.path(), copy_, true).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("copy.artifacts is where"));
  EXPECT_TRUE(fs::exists(arriving));
  EXPECT_THAT(names(), ElementsAre("copy.artifacts"));
}

// SQLite would take them for the copy's own, and put the lost database's pages back into it.
TEST_F(MaintenanceTest, ABackupIsNotPutBesideTheLogOfALostDatabase) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    const fs::path left = copy_.native() + suffix;
    std::ofstream(left) << "pages";
    const Status status = back_up(database_.path(), copy_, true).status();
    EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
    EXPECT_THAT(status.message(), HasSubstr(left.native() + ", which another database left there"));
    EXPECT_THAT(names(), ElementsAre(left.filename()));
    fs::remove(left);
  }
}

TEST_F(MaintenanceTest, ABackupMayLeaveTheFilesOut) {
  const auto done = back_up(database_.path(), copy_, false);
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(done->artifacts.files, 0);
  EXPECT_THAT(names(), ::testing::ElementsAre("copy.db"));
}

TEST_F(MaintenanceTest, ABackupLeavesOutWhatIsGoneOrDamagedAndSaysSo) {
  fs::remove(file_of(kCheckpoint));
  std::ofstream(file_of(kModel)) << "A model";
  const Backup done = back_up_whole(copy_);
  EXPECT_EQ(done.checkpoints_left_out, 1);
  ASSERT_THAT(done.left_out, SizeIs(1));
  EXPECT_EQ(done.left_out[0].place, "fashion/0.0");
  EXPECT_THAT(done.left_out[0].what, HasSubstr("was damaged"));
  EXPECT_THAT(checked(copy_).findings, SizeIs(1)) << "the checkpoint is not named any more";
}

TEST_F(MaintenanceTest, ABackupCopiesAFileOnceHoweverOftenItIsNamed) {
  database_.apply(
      {change::ArtifactRecorded{AttemptId(2), fold_key(0), "the same", ref_of(kModel), at(150)}});
  EXPECT_EQ(back_up_whole(copy_).artifacts.files, 2);
}

TEST_F(MaintenanceTest, ABackupMayBeMadeBesideTheProgram) {
  const fs::path before = fs::current_path();
  fs::current_path(elsewhere_.path());
  EXPECT_EQ(back_up_whole("copy.db").artifacts.files, 2);
  fs::current_path(before);
  EXPECT_THAT(checked(copy_).findings, IsEmpty());
}

TEST_F(MaintenanceTest, ABackupFallsBackToTheCheckpointBefore) {
  put("the next checkpoint");
  database_.apply({reported(4, fold_key(2), 2, 0.6),
                   change::CheckpointRecorded{
                       AttemptId(4), fold_key(2), {2, ref_of("the next checkpoint")}, at(170)}});
  fs::resize_file(file_of("the next checkpoint"), 4);
  EXPECT_EQ(back_up_whole(copy_).checkpoints_left_out, 1);
  EXPECT_THAT(checked(copy_).findings, IsEmpty());
  auto opened = open_store(copy_);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  const auto copied = opened->store->load();
  ASSERT_TRUE(copied.ok());
  const FoldSnapshot& fold = copied->studies.at(0).trials.at(2).folds.at(0);
  EXPECT_EQ(fold.checkpoint, (Checkpoint{1, ref_of(kCheckpoint)}));
  EXPECT_EQ(fold.earlier_checkpoint, std::nullopt);
}

TEST_F(MaintenanceTest, ABackupThatFailsLeavesNoDatabaseBehind) {
  fs::create_directory(elsewhere_ / "sub");
  fs::permissions(elsewhere_.path(), fs::perms(0777));
  fs::permissions(elsewhere_ / "sub", fs::perms(0555));
  {
    const Unprivileged user;
    EXPECT_EQ(back_up(database_.path(), elsewhere_ / "sub/copy.db", true).status().code(),
              StatusCode::kPermissionDenied);
  }
  fs::permissions(elsewhere_ / "sub", fs::perms(0755));
  std::ofstream(elsewhere_ / "copy.artifacts") << "in the way";
  EXPECT_FALSE(back_up(database_.path(), copy_, true).ok());
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("copy.artifacts", "sub"));
  EXPECT_EQ(back_up(elsewhere_ / "none.db", copy_, true).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(back_up(database_.path(), elsewhere_ / "no/copy.db", true).status().code(),
            StatusCode::kNotFound);
}

TEST_F(MaintenanceTest, CompactingIsForDatabasesThatNobodyHolds) {
  const Status held = compact_database(database_.path()).status();
  EXPECT_EQ(held.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(held.message(), HasSubstr("is in use by process"));
  EXPECT_EQ(compact_database(elsewhere_ / "none.db").status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(elsewhere_ / "none.db.lock"));
}

TEST_F(MaintenanceTest, CompactingGivesBackTheRoomOfWhatWasDeleted) {
  for (int64_t epoch = 2; epoch <= 4; ++epoch)
    database_.apply({reported(4, fold_key(2), epoch, 0.5)});
  database_.close();
  {
    SQLite::Database grown(database_.path().string(), SQLite::OPEN_READWRITE);
    grown.exec(
        "CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(1000000));"
        "DROP TABLE ballast");
  }
  const auto done = compact_database(database_.path());
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_GT(done->bytes_before, 1'000'000);
  EXPECT_LT(done->bytes_after, 500'000);
  EXPECT_EQ(done->bytes_after, static_cast<int64_t>(fs::file_size(database_.path())));
  EXPECT_THAT(checked(database_.path()).findings, IsEmpty());
}

TEST_F(MaintenanceTest, CompactingRemovesFilesThatNothingNamesUnlessTheyAreFresh) {
  put("an old orphan");
  put("a fresh orphan");
  fs::last_write_time(file_of("an old orphan"),
                      fs::file_time_type::clock::now() - std::chrono::hours(25));
  fs::last_write_time(file_of(kModel), fs::file_time_type::clock::now() - std::chrono::hours(99));
  database_.close();
  EXPECT_EQ(checked(database_.path()).unreferenced.files, 2);
  const auto done = compact_database(database_.path());
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(done->removed.files, 1);
  EXPECT_EQ(done->removed.bytes, 13);
  EXPECT_FALSE(fs::exists(file_of("an old orphan")));
  EXPECT_TRUE(fs::exists(file_of("a fresh orphan")));
  EXPECT_TRUE(fs::exists(file_of(kModel)));
  EXPECT_TRUE(fs::exists(file_of(kCheckpoint)));
}

// As SQLite's own tools may make it; it has no log then.
TEST_F(MaintenanceTest, CompactingTakesADatabaseThatHasNoLog) {
  database_.close();
  SQLite::Database(database_.path().string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA journal_mode = DELETE");
  const auto done = compact_database(database_.path());
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(done->bytes_after, static_cast<int64_t>(fs::file_size(database_.path())));
}

TEST_F(MaintenanceTest, CompactingSaysWhatItCannotUse) {
  database_.close();
  const auto refused = [&](const std::string& sql, StatusCode code, const std::string& words) {
    SQLite::Database(database_.path().string(), SQLite::OPEN_READWRITE).exec(sql);
    const Status status = compact_database(database_.path()).status();
    EXPECT_EQ(status.code(), code);
    EXPECT_THAT(status.message(), HasSubstr(words));
  };
  refused("PRAGMA ignore_check_constraints = ON; UPDATE study SET direction = 'up'",
          StatusCode::kDataLoss, "is damaged (CHECK constraint failed in study)");
  refused("PRAGMA user_version = 1", StatusCode::kFailedPrecondition, "has schema version 1");
}

TEST_F(MaintenanceTest, CompactingSaysWhichFilesItCannotList) {
  database_.close();
  const fs::path loop = file_of("a loop");
  fs::create_directories(loop.parent_path());
  fs::create_symlink(loop, loop);
  const Status status = compact_database(database_.path()).status();
  EXPECT_THAT(status.message(), HasSubstr("listing"));
  EXPECT_THAT(checked(database_.path()).findings,
              ElementsAre(Field(&Finding::what, HasSubstr("listing"))));
}

TEST_F(MaintenanceTest, CompactingLeavesADamagedDatabaseAlone) {
  put("an old orphan");
  fs::last_write_time(file_of("an old orphan"),
                      fs::file_time_type::clock::now() - std::chrono::hours(25));
  database_.close();
  std::fstream file(database_.path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(database_.path())) - 3000);
  file << std::string(2500, '\x7f');
  file.close();
  EXPECT_EQ(compact_database(database_.path()).status().code(), StatusCode::kDataLoss);
  EXPECT_TRUE(fs::exists(file_of("an old orphan")));
}

}  // namespace
}  // namespace foldmill::storage
