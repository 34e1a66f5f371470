// Power cuts at random moments of a run of transactions: what was acknowledged is there, what was
// not is there wholly or not at all, whatever part of the unsynced writes reached the disk.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "storage/maintenance.h"
#include "storage/open.h"
#include "tests/support/database_content.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/print_findings.h"
#include "tests/support/store_changes.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_seed.h"
#include "tests/support/test_setting.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using foldmill::testing::DiskFault;
using foldmill::testing::FaultyVfs;

namespace fs = std::filesystem;

constexpr double kShares[] = {0, 0.5, 0.95, 1};  // of what was not synced, that survives
constexpr int kCheckpointPages = 30;  // so that a short run writes the log back several times

int checkpoint_often(sqlite3* database, char**, const void*) {
  return sqlite3_wal_autocheckpoint(database, kCheckpointPages);
}

StudySpec small_spec() {
  StudySpec spec;
  spec.name = "cut";
  spec.model.type = "command";
  spec.model.command = {"true"};
  spec.constants = {{"epochs", int64_t{4}}};
  spec.objective = {"val_acc", Direction::kMaximize, Take::kLast};
  spec.trials = 1000;
  return spec;
}

// One trial after the other, an epoch a transaction, as a coordinator records it.
class Workload {
 public:
  std::vector<Change> next() {
    const FoldKey fold = fold_key(trial_);
    const auto attempt = trial_ + 1;
    const auto step = step_++;
    if (step == 0) {
      std::vector<Change> changes = {trial_created(trial_), leased(attempt, fold),
                                     started(attempt)};
      if (trial_ == 0) {
        changes.insert(changes.begin(),
                       {change::StudyCreated{StudyId(1), small_spec(), at(0)}, worker_seen()});
      }
      return changes;
    }
    if (step <= 4)
      return {reported(attempt, fold, step, 0.1 * static_cast<double>(step)),
              change::CheckpointRecorded{AttemptId(attempt), fold, {step, artifact('c')}, at(9)}};
    step_ = 0;
    ++trial_;
    return {attempt_ended(attempt), fold_changed(fold, FoldState::kCompleted, 0.4),
            trial_ended(trial_ - 1, TrialState::kCompleted, 0.4), change::CheckpointDropped{fold}};
  }

 private:
  int64_t trial_ = 0;
  int64_t step_ = 0;
};

class PowerCutTest : public ::testing::Test {
 protected:
  PowerCutTest() {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(reinterpret_cast<void*>(checkpoint_often)));
  }
  ~PowerCutTest() override { sqlite3_reset_auto_extension(); }

  // What a database that is never disturbed holds after each transaction.
  static std::vector<std::string> contents_of_run(int64_t transactions) {
    const TempDir dir;
    auto opened = open_store(dir / "study.db");
    std::vector<std::string> contents = {testing::content_of_database(dir / "study.db")};
    Workload work;
    for (int64_t i = 0; i < transactions; ++i) {
      EXPECT_TRUE(opened->store->apply(work.next()).ok());
      contents.push_back(testing::content_of_database(dir / "study.db"));
    }
    return contents;
  }

  static std::string bytes_of_empty() {
    const TempDir dir;
    EXPECT_TRUE(open_store(dir / "study.db").ok());
    std::ifstream file(dir / "study.db", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  FaultyVfs vfs_;
};

TEST_F(PowerCutTest, TakesNothingThatWasAcknowledged) {
  constexpr int64_t kTransactions = 60;
  const int64_t cuts = test::test_setting("FOLDMILL_TEST_CUTS", 200);
  std::mt19937_64 random(test_seed());
  const std::vector<std::string> contents = contents_of_run(kTransactions);
  const std::string empty = bytes_of_empty();
  int64_t in_flight_kept = 0;
  for (int64_t cut = 0; cut < cuts; ++cut) {
    const TempDir dir;
    const fs::path path = dir / "study.db";
    std::ofstream(path, std::ios::binary) << empty;
    vfs_.settle();
    vfs_.arm(DiskFault::kPowerCut, 1 + static_cast<int64_t>(random() % 900), true);
    size_t acknowledged = 0;
    if (auto opened = open_store(path); opened.ok()) {
      Workload work;
      while (acknowledged < kTransactions && opened->store->apply(work.next()).ok()) ++acknowledged;
    }
    vfs_.restore_power(
        {.seed = random(), .share = kShares[static_cast<size_t>(cut) % std::size(kShares)]});
    SCOPED_TRACE("cut " + std::to_string(cut) + " after " + std::to_string(acknowledged));
    auto opened = open_store(path);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    ASSERT_TRUE(opened->store->load().ok());
    opened = OpenedStore();
    const std::string content = testing::content_of_database(path);
    const bool all = content == contents[acknowledged];
    const bool one_more = acknowledged < kTransactions && content == contents[acknowledged + 1];
    ASSERT_TRUE(all || one_more) << content;
    in_flight_kept += one_more ? 1 : 0;
    const auto check = check_database(path, {.quick = true});
    ASSERT_TRUE(check.ok()) << check.status().message();
    for (const Finding& finding : check->findings)
      ASSERT_EQ(finding.check, "artifact-file") << ::testing::PrintToString(finding);
  }
  std::cout << cuts << " cuts: " << in_flight_kept
            << " times the transaction in flight was there as well\n";
}

// The test can fail: without synced commits, cuts take acknowledged transactions.
TEST_F(PowerCutTest, TakesWhatIsCommittedWithoutASync) {
  const TempDir dir;
  const std::string path = (dir / "plain.db").string();
  {
    SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
  }
  vfs_.settle();
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec("INSERT INTO t VALUES (1)");
    vfs_.arm(DiskFault::kPowerCut, 1, true);
  }
  vfs_.restore_power({.seed = 1});
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM t").getInt(), 0);
}

}  // namespace
}  // namespace foldmill::storage
