// Every system call that the files beside the database need fails in turn, until a run comes
// through: whatever was acknowledged is there afterwards, whatever was refused can be tried again,
// and the reason is told. The database's own calls: fault_sweep_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "core/sha256.h"
#include "storage/maintenance.h"
#include "storage/open.h"
#include "tests/support/example_database.h"
#include "tests/support/faulty_calls.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;
using foldmill::testing::FaultyCalls;
using ::testing::Each;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr int64_t kMostCalls = 1000;

ArtifactRef ref_of(const std::string& content) {
  return {sha256_hex(content), static_cast<int64_t>(content.size())};
}

Status put(ArtifactStore& store, const std::string& content) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto writer, store.begin(ref_of(content)));
  FOLDMILL_RETURN_IF_ERROR(writer->append(content));
  return writer->commit();
}

Status open_and_put(const fs::path& database, const std::string& content) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto store, open_artifacts(database));
  return put(*store, content);
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename());
  return names;
}

struct Fault {
  const char* name;
  int error;
  StatusCode code;  // what it is told as
};
const Fault kFaults[] = {{"Broken", EIO, StatusCode::kUnavailable},
                         {"Full", ENOSPC, StatusCode::kResourceExhausted},
                         {"Interrupted", EINTR, StatusCode::kUnavailable}};

class FailingCalls : public ::testing::TestWithParam<Fault> {
 protected:
  // Runs `body` until none of its calls fails; `verify` looks at what each run has left.
  void sweep(const std::function<Status()>& body,
             const std::function<void(const Status&, const std::string& call)>& verify) {
    std::string struck = "none yet";
    for (int64_t n = 1; !struck.empty(); ++n) {
      ASSERT_LT(n, kMostCalls);
      Status status;
      {
        FaultyCalls faults(n, GetParam().error);
        status = body();
        struck = faults.struck();
      }
      SCOPED_TRACE(struck + ", call " + std::to_string(n) + ": " + status.message());
      if (!status.ok()) {
        EXPECT_EQ(status.code(), GetParam().code);
        EXPECT_FALSE(struck.empty());
      }
      verify(status, struck);
      if (HasFailure()) return;
    }
  }
};

TEST_P(FailingCalls, AnAcknowledgedArtifactIsThereAndARefusedOneCanBeSentAgain) {
  const TempDir dir;
  const fs::path database = dir / "study.db";
  ASSERT_TRUE(open_and_put(database, "kept").ok());
  sweep([&] { return open_and_put(database, "new"); },
        [&](const Status& status, const std::string&) {
          const auto store = open_artifacts(database);
          ASSERT_TRUE(store.ok()) << store.status().message();
          EXPECT_TRUE((*store)->contains(ref_of("kept")));
          EXPECT_TRUE(!status.ok() || (*store)->contains(ref_of("new")));
          EXPECT_TRUE(put(**store, "new").ok());
          EXPECT_TRUE((*store)->contains(ref_of("new")));
          EXPECT_TRUE((*store)->remove(ref_of("new")).ok());
        });
}

TEST_P(FailingCalls, WhatCannotBeRemovedOrReadIsStillThere) {
  const TempDir dir;
  const auto store = open_artifacts(dir / "study.db");
  ASSERT_TRUE(store.ok());
  const auto read_and_remove = [&]() -> Status {
    FOLDMILL_ASSIGN_OR_RETURN(auto reader, (*store)->read(ref_of("new")));
    FOLDMILL_ASSIGN_OR_RETURN(const std::string content, reader.read(100));
    EXPECT_EQ(content, "new");
    return (*store)->remove(ref_of("new"));
  };
  ASSERT_TRUE(put(**store, "new").ok());
  sweep(read_and_remove, [&](const Status& status, const std::string&) {
    EXPECT_EQ((*store)->contains(ref_of("new")), !status.ok());
    ASSERT_TRUE(put(**store, "new").ok());
  });
}

TEST_P(FailingCalls, ALockThatCouldNotBeTakenIsNotHeld) {
  const TempDir dir;
  const fs::path database = dir / "study.db";
  const auto take = [&]() -> Status {
    FOLDMILL_ASSIGN_OR_RETURN(const auto lock, DatabaseLock::acquire(database));
    FOLDMILL_RETURN_IF_ERROR(lock->set_address("127.0.0.1:7070"));
    const auto holder = read_lock_holder(database);  // tells as much as it can find out
    if (holder && holder->pid != 0) {
      EXPECT_EQ(holder->address, "127.0.0.1:7070");
    }
    return ok_status();
  };
  sweep(take, [&](const Status&, const std::string&) {
    EXPECT_EQ(read_lock_holder(database), std::nullopt);
    EXPECT_TRUE(DatabaseLock::acquire(database).ok());
  });
}

TEST_P(FailingCalls, ADatabaseThatCouldNotBeOpenedCanBeOpenedAgain) {
  const TempDir dir;
  const fs::path database = dir / "study.db";
  sweep([&] { return open_store(database).status(); },
        [&](const Status&, const std::string&) {
          const auto again = open_store(database);
          EXPECT_TRUE(again.ok()) << again.status().message();
        });
}

TEST_P(FailingCalls, ABackupIsWholeOrNotThere) {
  ExampleDatabase example;
  example.fill();
  ASSERT_TRUE(open_and_put(example.path(), "a model").ok());
  example.apply({change::ArtifactRecorded{AttemptId(2), fold_key(0), "state_dict.pt",
                                          ref_of("a model"), at(150)}});
  const TempDir dir;
  const fs::path copy = dir / "copy.db";
  const auto back_up_all = [&] { return back_up(example.path(), copy, true).status(); };
  sweep(back_up_all, [&](const Status& status, const std::string&) {
    EXPECT_EQ(fs::exists(copy), status.ok());
    if (!status.ok()) {
      EXPECT_THAT(names_in(dir.path()), Each("copy.artifacts"));
      const Status again = back_up(example.path(), copy, true).status();
      ASSERT_TRUE(again.ok()) << again.message();
    }
    const auto check = check_database(copy, {});
    ASSERT_TRUE(check.ok()) << check.status().message();
    EXPECT_EQ(check->artifacts.files, 2) << "one of them is the weights that no test has";
    for (const auto& entry : fs::directory_iterator(dir.path())) fs::remove_all(entry.path());
  });
}

TEST_P(FailingCalls, CompactingLeavesASoundDatabase) {
  ExampleDatabase example;
  example.fill();
  example.close();
  const auto compact = [&] { return compact_database(example.path()).status(); };
  ASSERT_TRUE(open_and_put(example.path(), "an orphan").ok());
  const fs::path orphan = artifact_path(example.path(), ref_of("an orphan"));
  const auto age = [&] {
    fs::last_write_time(orphan, fs::file_time_type::clock::now() - std::chrono::hours(25));
  };
  age();
  sweep(compact, [&](const Status& status, const std::string&) {
    EXPECT_TRUE(!status.ok() || !fs::exists(orphan));
    EXPECT_TRUE(open_store(example.path()).ok());
    ASSERT_TRUE(open_and_put(example.path(), "an orphan").ok());
    age();
  });
}

INSTANTIATE_TEST_SUITE_P(Calls, FailingCalls, ::testing::ValuesIn(kFaults),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Acknowledged is what is durable: a name that its directory may lose is sent once more.
TEST(FailingCallsTest, AnArtifactWhoseNameMayBeLostIsNotThere) {
  const TempDir dir;
  const auto store = open_artifacts(dir / "study.db");
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE(put(**store, "new").ok());
  for (const int64_t directory : {1, 2}) {
    const FaultyCalls faults(directory, EIO, "fsync");
    EXPECT_FALSE((*store)->contains(ref_of("new")));
  }
  EXPECT_TRUE((*store)->contains(ref_of("new")));
}

TEST(FailingCallsTest, ABackupDoesNotReplaceWhatAppearedMeanwhile) {
  ExampleDatabase example;
  const TempDir dir;
  const FaultyCalls faults(1, EEXIST, "renameat2");
  const Status status = back_up(example.path(), dir / "copy.db", false).status();
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(status.message(), HasSubstr("copy.db is there already"));
}

TEST(FailingCallsTest, AFileOfAMissingHostNameStillTellsItsHolder) {
  const TempDir dir;
  const FaultyCalls faults(1, EFAULT, "gethostname");
  const auto lock = DatabaseLock::acquire(dir / "study.db");
  ASSERT_TRUE(lock.ok());
  EXPECT_THAT(read_lock_holder(dir / "study.db")->describe(), HasSubstr("on unknown host"));
}

// POSIX lets a system choose between the two.
TEST(FailingCallsTest, ALockIsTakenWhicheverWayItIsTold) {
  const TempDir dir;
  for (const int error : {EAGAIN, EACCES}) {
    const FaultyCalls faults(1, error, "fcntl");
    const Status status = DatabaseLock::acquire(dir / "study.db").status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(), HasSubstr("is in use by another process"));
  }
}

TEST(FailingCallsTest, AFullTableOfFilesIsAFullDisk) {
  const TempDir dir;
  const FaultyCalls faults(1, EMFILE, "open");
  EXPECT_EQ(DatabaseLock::acquire(dir / "study.db").status().code(),
            StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace foldmill::storage
