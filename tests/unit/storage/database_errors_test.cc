// What each of SQLite's result codes is told as.

#include "storage/sqlite/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace foldmill::storage {
namespace {

using ::testing::HasSubstr;

TEST(DatabaseErrors, HaveACodeAndAnAdvice) {
  struct Case {
    int result;
    StatusCode code;
    const char* advice;
  };
  for (const auto& [result, code, advice] : {
           Case{SQLITE_FULL, StatusCode::kResourceExhausted, "free some space"},
           Case{SQLITE_CORRUPT, StatusCode::kDataLoss, "restore it from a copy"},
           Case{SQLITE_NOTADB, StatusCode::kDataLoss, "restore it from a copy"},
           Case{SQLITE_READONLY, StatusCode::kPermissionDenied, "check the permissions"},
           Case{SQLITE_PERM, StatusCode::kPermissionDenied, "check the permissions"},
           Case{SQLITE_BUSY, StatusCode::kUnavailable, ""},
           Case{SQLITE_LOCKED, StatusCode::kUnavailable, ""},
           Case{SQLITE_CANTOPEN, StatusCode::kUnavailable, ""},
           Case{SQLITE_IOERR, StatusCode::kInternal, ""},
           Case{SQLITE_NOMEM, StatusCode::kInternal, ""},
           Case{SQLITE_TOOBIG, StatusCode::kInternal, ""},
           Case{SQLITE_CONSTRAINT, StatusCode::kInternal, ""},
       }) {
    const Status status = to_status(SQLite::Exception("it failed", result), "/a/study.db");
    EXPECT_EQ(status.code(), code) << result;
    EXPECT_THAT(status.message(), HasSubstr("database /a/study.db: it failed"));
    EXPECT_THAT(status.message(), HasSubstr(advice)) << result;
  }
}

}  // namespace
}  // namespace foldmill::storage
