#include "core/status.h"

#include <gtest/gtest.h>

#include <memory>

#include "core/check.h"
#include "core/result.h"

namespace foldmill {
namespace {

TEST(Status, IsOkByDefault) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(ok_status(), Status());
  EXPECT_EQ(to_string(StatusCode::kOk), "ok");
}

TEST(Status, EachMakerGivesItsCode) {
  EXPECT_EQ(cancelled("m").code(), StatusCode::kCancelled);
  EXPECT_EQ(invalid_argument("m").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(deadline_exceeded("m").code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(not_found("m").code(), StatusCode::kNotFound);
  EXPECT_EQ(already_exists("m").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(permission_denied("m").code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(resource_exhausted("m").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(failed_precondition("m").code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(internal_error("m").code(), StatusCode::kInternal);
  EXPECT_EQ(unavailable("m").code(), StatusCode::kUnavailable);
  EXPECT_EQ(data_loss("m").code(), StatusCode::kDataLoss);
  EXPECT_EQ(unauthenticated("m").code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(unauthenticated("m").message(), "m");
}

TEST(Status, CodesAreNamedForPeople) {
  EXPECT_EQ(to_string(StatusCode::kNotFound), "not found");
  EXPECT_EQ(to_string(StatusCode::kFailedPrecondition), "failed precondition");
  EXPECT_EQ(to_string(static_cast<StatusCode>(99)), "unknown");
}

TEST(Status, ContextGoesInFrontAndKeepsTheCode) {
  const Status status = not_found("no such file").with_context("reading study.yaml");
  EXPECT_EQ(status, not_found("reading study.yaml: no such file"));
  EXPECT_EQ(ok_status().with_context("reading"), ok_status());
}

Status first_failure(const Status& first, const Status& second, int& reached) {
  FOLDMILL_RETURN_IF_ERROR(first);
  ++reached;
  FOLDMILL_RETURN_IF_ERROR(second);
  ++reached;
  return ok_status();
}

TEST(StatusMacros, ReturnIfErrorStopsAtTheFirstFailure) {
  int reached = 0;
  EXPECT_EQ(first_failure(not_found("a"), not_found("b"), reached), not_found("a"));
  EXPECT_EQ(reached, 0);
  EXPECT_EQ(first_failure(ok_status(), not_found("b"), reached), not_found("b"));
  EXPECT_EQ(reached, 1);
  EXPECT_TRUE(first_failure(ok_status(), ok_status(), reached).ok());
  EXPECT_EQ(reached, 3);
}

Result<int> half(int number) {
  if (number % 2 != 0) return invalid_argument("odd");
  return number / 2;
}

Result<int> quarter(int number) {
  FOLDMILL_ASSIGN_OR_RETURN(const int once, half(number));
  FOLDMILL_ASSIGN_OR_RETURN(int twice, half(once));
  return twice;
}

TEST(StatusMacros, AssignOrReturnGivesTheValueOrTheFailure) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(7).status(), invalid_argument("odd"));
  EXPECT_EQ(quarter(6).status(), invalid_argument("odd"));
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(5);
  ASSERT_TRUE(made.ok());
  const std::unique_ptr<int> taken = *std::move(made);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, ArrowReachesTheValue) {
  Result<std::string> text = std::string("abc");
  EXPECT_EQ(text->size(), 3U);
  EXPECT_TRUE(static_cast<bool>(text));
  EXPECT_TRUE(text.status().ok());
}

TEST(ResultDeathTest, AskingAFailureForItsValueStopsTheProgram) {
  const Result<int> failed = not_found("no such study");
  EXPECT_DEATH((void)failed.value(), "no such study");
}

TEST(ResultDeathTest, OkIsNoReasonForHavingNoValue) {
  EXPECT_DEATH((void)Result<int>(ok_status()), "needs a failure");
}

TEST(CheckDeathTest, SaysWhereAndWhat) {
  EXPECT_DEATH(FOLDMILL_CHECK(1 > 2, "arithmetic"),
               "status_test.cc:[0-9]+: check failed: 1 > 2: arithmetic");
}

}  // namespace
}  // namespace foldmill
