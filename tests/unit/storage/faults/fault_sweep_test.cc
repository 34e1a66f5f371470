// Every call of SQLite's to its file system, and its allocations, fail one after the other, once or
// from there on, until a run comes through: whatever was acknowledged is there afterwards, whatever
// was refused is there wholly or not at all, and the database is sound. The method is SQLite's own
// (sqlite.org/testing.html); the schema, the migrations and the code around them are ours.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "storage/maintenance.h"
#include "storage/open.h"
#include "tests/support/database_content.h"
#include "tests/support/example_database.h"
#include "tests/support/faulty_memory.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/print_findings.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using foldmill::testing::content_of_database;
using foldmill::testing::DiskFault;
using foldmill::testing::FaultyMemory;
using foldmill::testing::FaultyVfs;

namespace fs = std::filesystem;

// Before main, and so before anything uses SQLite.
const bool kMemoryIsOurs = (FaultyMemory::install(), true);

const StoreOptions kAtOnce{.busy_timeout_ms = 0};
constexpr int64_t kMostCalls = 100'000;
constexpr int64_t kAllocationsApart = 29;  // there are tens of thousands

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::vector<Change>> batches() {
  const FoldKey fold = fold_key(2);
  return {{reported(4, fold, 1, 0.5), reported(4, fold, 2, 0.6)},
          {reported(4, fold, 3, 0.7),
           change::CheckpointRecorded{AttemptId(4), fold, {3, artifact('c')}, at(160)},
           reported(4, fold, 4, 0.8)},
          {attempt_ended(4), fold_changed(fold, FoldState::kCompleted, 0.8),
           trial_ended(2, TrialState::kCompleted, 0.8), change::CheckpointDropped{fold},
           trial_created(3), leased(5, fold_key(3))}};
}

// The database before a run, and the contents that it goes through.
struct Prepared {
  std::string bytes;  // empty: no file
  std::vector<std::string> contents;
};

class Place {
 public:
  const fs::path& database() const { return database_; }
  fs::path copy() const { return dir_ / "copy.db"; }

  void put(const Prepared& prepared) const {
    for (const auto& entry : fs::directory_iterator(dir_.path())) fs::remove_all(entry.path());
    if (!prepared.bytes.empty()) std::ofstream(database_, std::ios::binary) << prepared.bytes;
  }

 private:
  TempDir dir_;
  fs::path database_ = dir_ / "study.db";
};

Prepared filled() {
  ExampleDatabase example;
  example.fill();
  example.close();
  Prepared prepared{bytes_of(example.path()), {content_of_database(example.path())}};
  auto opened = open_store(example.path());
  for (const auto& changes : batches()) {
    EXPECT_TRUE(opened->store->apply(changes).ok());
    prepared.contents.push_back(content_of_database(example.path()));
  }
  return prepared;
}

const Prepared& filled_once() {
  static const Prepared kPrepared = filled();
  return kPrepared;
}

// As an earlier program left it: without the last migration.
const Prepared& of_an_earlier_version() {
  static const Prepared kPrepared = [] {
    Place place;
    place.put(filled_once());
    SQLite::Database database(place.database().string(), SQLite::OPEN_READWRITE);
    database.exec(
        "ALTER TABLE study DROP COLUMN resumed;"
        "ALTER TABLE study DROP COLUMN trials_before_stop;"
        "DELETE FROM schema_file WHERE name LIKE '0007%';"
        "PRAGMA user_version = 6; PRAGMA wal_checkpoint(TRUNCATE)");
    return Prepared{bytes_of(place.database()), {filled_once().contents[0]}};
  }();
  return kPrepared;
}

const Prepared& nothing_yet() {
  static const Prepared kPrepared = [] {
    ExampleDatabase example;
    example.close();
    return Prepared{"", {content_of_database(example.path())}};
  }();
  return kPrepared;
}

// What is done while things fail. Gives how many contents further the database surely is.
struct Scenario {
  const char* name;
  const Prepared& (*prepared)();
  std::function<size_t(const Place&)> run;
};

size_t open_only(const Place& place) {
  (void)open_store(place.database(), kAtOnce);
  return 0;
}

size_t load(const Place& place) {
  auto opened = open_store(place.database(), kAtOnce);
  if (!opened.ok()) return 0;
  if (const auto snapshot = opened->store->load(); snapshot.ok()) {
    EXPECT_EQ(snapshot->studies.at(0).trials.size(), 3u);
  }
  return 0;
}

size_t apply(const Place& place) {
  auto opened = open_store(place.database(), kAtOnce);
  if (!opened.ok()) return 0;
  size_t done = 0;
  for (const auto& changes : batches()) {
    Status status = opened->store->apply(changes);
    // What passes by itself is tried again, as the coordinator does.
    if (status.code() == StatusCode::kUnavailable ||
        status.code() == StatusCode::kResourceExhausted)
      status = opened->store->apply(changes);
    if (!status.ok()) return done;
    ++done;
  }
  return done;
}

size_t read(const Place& place) {
  auto reader = open_reader(place.database());
  if (!reader.ok()) return 0;
  const auto studies = (*reader)->list_studies(10, "");
  EXPECT_TRUE(!studies.ok() || studies->rows.size() == 1);
  const auto trial = (*reader)->get_trial("fashion", TrialNumber(0));
  EXPECT_TRUE(!trial.ok() || trial->value == 0.9);
  const auto trials = (*reader)->list_trials("fashion", {});
  EXPECT_TRUE(!trials.ok() || trials->rows.size() == 3);
  const auto table = (*reader)->query("select count(*) from trial_list", 10, Milliseconds(60'000));
  EXPECT_TRUE(!table.ok() || table->rows.size() == 1);
  return 0;
}

size_t back_up(const Place& place) {
  const auto done = storage::back_up(place.database(), place.copy(), true);
  EXPECT_TRUE(done.ok() || !fs::exists(place.copy())) << done.status().message();
  return 0;
}

size_t check(const Place& place) {
  (void)check_database(place.database(), {});
  return 0;
}

size_t compact(const Place& place) {
  (void)compact_database(place.database());
  return 0;
}

const Scenario kScenarios[] = {
    {"create", nothing_yet, open_only}, {"migrate", of_an_earlier_version, open_only},
    {"load", filled_once, load},        {"apply", filled_once, apply},
    {"read", filled_once, read},        {"backup", filled_once, back_up},
    {"check", filled_once, check},      {"compact", filled_once, compact}};

void verify(const Place& place, const Prepared& prepared, size_t acknowledged) {
  {
    auto opened = open_store(place.database(), kAtOnce);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    const auto loaded = opened->store->load();
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  }
  const std::string content = content_of_database(place.database());
  const bool one_more =
      prepared.contents.size() > acknowledged + 1 && content == prepared.contents[acknowledged + 1];
  ASSERT_TRUE(one_more || content == prepared.contents[acknowledged])
      << acknowledged << " transactions were acknowledged; there is\n"
      << content;
  for (const fs::path& path : {place.database(), place.copy()}) {
    if (!fs::exists(path)) continue;
    const auto check = check_database(path, {.quick = true});
    ASSERT_TRUE(check.ok()) << check.status().message();
    for (const Finding& finding : check->findings)
      EXPECT_EQ(finding.check, "artifact-file") << ::testing::PrintToString(finding);
  }
}

class FaultSweep : public ::testing::TestWithParam<std::tuple<const Scenario*, DiskFault, bool>> {};

TEST_P(FaultSweep, LosesNothingThatWasAcknowledged) {
  const auto& [scenario, fault, lasting] = GetParam();
  const Prepared& prepared = scenario->prepared();
  const Place place;
  FaultyVfs vfs;
  const bool cuts = fault == DiskFault::kPowerCut || fault == DiskFault::kLostSync;
  bool struck = true;
  int64_t call = 0;
  while (struck) {
    ASSERT_LT(++call, kMostCalls);
    place.put(prepared);
    vfs.settle();
    vfs.arm(fault, call, lasting);
    const size_t acknowledged = scenario->run(place);
    struck = vfs.struck();
    vfs.disarm();
    if (cuts)
      vfs.restore_power(
          {.seed = static_cast<uint64_t>(call), .share = static_cast<double>(call % 3) / 2});
    SCOPED_TRACE("call " + std::to_string(call));
    verify(place, prepared, acknowledged);
    if (::testing::Test::HasFatalFailure() || ::testing::Test::HasNonfatalFailure()) return;
  }
  RecordProperty("calls", static_cast<int>(call - 1));
}

std::string name_of_sweep(const ::testing::TestParamInfo<FaultSweep::ParamType>& info) {
  const auto& [scenario, fault, lasting] = info.param;
  return std::string(scenario->name) + "_" + to_string(fault) + (lasting ? "_lasting" : "_once");
}

std::vector<FaultSweep::ParamType> sweeps() {
  std::vector<FaultSweep::ParamType> all;
  for (const Scenario& scenario : kScenarios) {
    for (const DiskFault fault : {DiskFault::kFull, DiskFault::kShortWrite, DiskFault::kIoError,
                                  DiskFault::kBusy, DiskFault::kNoMemory, DiskFault::kLostSync})
      for (const bool lasting : {false, true}) all.emplace_back(&scenario, fault, lasting);
    all.emplace_back(&scenario, DiskFault::kPowerCut, true);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Disk, FaultSweep, ::testing::ValuesIn(sweeps()), name_of_sweep);

class MemorySweep : public ::testing::TestWithParam<std::tuple<const Scenario*, bool>> {};

TEST_P(MemorySweep, LosesNothingThatWasAcknowledged) {
  const auto& [scenario, lasting] = GetParam();
  const Prepared& prepared = scenario->prepared();
  const Place place;
  bool struck = true;
  int64_t call = 1;
  for (; struck; call += kAllocationsApart) {
    ASSERT_LT(call, kMostCalls);
    place.put(prepared);
    FaultyMemory::arm(call, lasting);
    const size_t acknowledged = scenario->run(place);
    struck = FaultyMemory::struck();
    FaultyMemory::disarm();
    SCOPED_TRACE("allocation " + std::to_string(call));
    verify(place, prepared, acknowledged);
    if (::testing::Test::HasFatalFailure() || ::testing::Test::HasNonfatalFailure()) return;
  }
  RecordProperty("allocations", static_cast<int>(call));
}

std::vector<MemorySweep::ParamType> memory_sweeps() {
  std::vector<MemorySweep::ParamType> all;
  for (const Scenario& scenario : kScenarios)
    for (const bool lasting : {false, true}) all.emplace_back(&scenario, lasting);
  return all;
}

std::string name_of_memory_sweep(const ::testing::TestParamInfo<MemorySweep::ParamType>& info) {
  const auto& [scenario, lasting] = info.param;
  return std::string(scenario->name) + (lasting ? "_lasting" : "_once");
}

INSTANTIATE_TEST_SUITE_P(Sqlite, MemorySweep, ::testing::ValuesIn(memory_sweeps()),
                         name_of_memory_sweep);

}  // namespace
}  // namespace foldmill::storage
