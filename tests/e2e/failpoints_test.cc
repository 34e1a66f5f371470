// The programs die at chosen places, are started again, and what is recorded in the end is what an
// undisturbed run records. A few places; failpoints_slow_test.cc has them all.

#include <gtest/gtest.h>

#include "core/failpoint.h"
#include "tests/e2e/crash_run.h"

namespace foldmill::e2e {
namespace {

TEST(FailpointsTest, EveryProgramListsItsOwn) {
  for (const std::string program : {"coordinator", "worker"}) {
    const testing::Output output =
        testing::run_program({built_program("foldmill-" + program), "--failpoints"});
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_EQ(output.out, failpoint_list(program) + "\n");
    EXPECT_NE(output.out, "\n");
  }
}

TEST(FailpointsTest, APlaceThatDoesNotExistIsRefusedAtTheStart) {
  for (const std::string program : {"coordinator", "worker"}) {
    const testing::Output output =
        testing::run_program({built_program("foldmill-" + program), "--version"},
                             {{"FOLDMILL_FAILPOINT", "store.after_comit"}});
    EXPECT_EQ(output.exit_code, 2);
    EXPECT_NE(output.err.find("did you mean 'store.after_commit'?"), std::string::npos)
        << output.err;
  }
}

TEST(FailpointsTest, DeathAtAFewPlacesLosesNothing) {
  const CrashStudy study = scripted_crash_study();
  const std::string undisturbed = undisturbed_outcome(study);
  ASSERT_GT(undisturbed.size(), 2000u);
  expect_survives(study, "store.before_commit", 9, undisturbed);
  expect_survives(study, "store.after_commit", 9, undisturbed);
  expect_survives(study, "ack.before_write", 5, undisturbed);
  expect_survives(study, "report.after_push", 7, undisturbed);
}

}  // namespace
}  // namespace foldmill::e2e
