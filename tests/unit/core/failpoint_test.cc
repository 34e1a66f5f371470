#include "core/failpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

namespace foldmill {
namespace {

using ::testing::HasSubstr;
using ::testing::KilledBySignal;

// The armed place is the process's own, so each case that arms one dies or is a child.
class FailpointTest : public ::testing::Test {
 protected:
  ~FailpointTest() override {
    ::unsetenv("FOLDMILL_FAILPOINT");
    ::unsetenv("FOLDMILL_FAILPOINT_ONCE");
    std::error_code ignored;
    std::filesystem::remove(died_, ignored);
  }
  static void want(const std::string& place) { ::setenv("FOLDMILL_FAILPOINT", place.c_str(), 1); }
  void want_once() { ::setenv("FOLDMILL_FAILPOINT_ONCE", died_.c_str(), 1); }
  static void arm_and_pass(int times) {
    if (!arm_failpoint("worker").ok()) std::exit(1);
    for (int i = 0; i < times; ++i) failpoint("spawn.before");
    failpoint("spawn.after");
    std::exit(0);
  }

  const std::filesystem::path died_ =
      std::filesystem::temp_directory_path() / ("foldmill-died-" + std::to_string(::getpid()));
};

TEST_F(FailpointTest, NamesAreUniqueAndOfAProgram) {
  std::set<std::string_view> names;
  for (const FailpointInfo& place : kFailpoints) {
    EXPECT_TRUE(names.insert(place.name).second) << place.name;
    EXPECT_TRUE(place.program == "coordinator" || place.program == "worker" ||
                place.program == "trainer")
        << place.program;
    EXPECT_THAT(failpoint_list(place.program), HasSubstr(std::string(place.name) + "\t"));
  }
}

TEST_F(FailpointTest, UnsetNothingHappens) {
  EXPECT_TRUE(arm_failpoint("worker").ok());
  failpoint("spawn.before");
}

TEST_F(FailpointTest, TheCountedPassingKills) {
  want("spawn.before:3");
  EXPECT_EXIT(arm_and_pass(3), KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(arm_and_pass(2), ::testing::ExitedWithCode(0), "");
  want("spawn.before");
  EXPECT_EXIT(arm_and_pass(1), KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, OnlyTheFirstDiesWhereOnceIsAskedFor) {
  want("spawn.before");
  want_once();
  EXPECT_EXIT(arm_and_pass(1), KilledBySignal(SIGKILL), "");
  EXPECT_TRUE(std::filesystem::exists(died_));
  EXPECT_EXIT(arm_and_pass(1), ::testing::ExitedWithCode(0), "");
}

TEST_F(FailpointTest, APlaceOfAnotherProgramIsNotOurs) {
  want("store.after_commit");
  EXPECT_EXIT(arm_and_pass(1), ::testing::ExitedWithCode(0), "");
}

TEST_F(FailpointTest, WhatDoesNotExistIsRefused) {
  want("spawn.befor");
  EXPECT_THAT(arm_failpoint("worker").message(), HasSubstr("did you mean 'spawn.before'?"));
  want("somewhere");
  EXPECT_THAT(arm_failpoint("worker").message(), HasSubstr("foldmill-worker --failpoints"));
  for (const char* wrong : {"spawn.before:", "spawn.before:0", "spawn.before:x"}) {
    want(wrong);
    EXPECT_EQ(arm_failpoint("worker").code(), StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace foldmill
