#include "coordinator/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "coordinator/logging.h"
#include "tests/support/temp_dir.h"

namespace foldmill::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(LogLine, EventThenKeys) {
  EXPECT_EQ(log_line("trial pruned", {{"study", "7"}, {"value", "0.04"}}),
            "trial pruned   study=7 value=0.04");
  EXPECT_EQ(log_line("store recovered"), "store recovered");
}

TEST(LogLine, AnyValueStaysOnOneLineAndComesBack) {
  const std::string message = "two words, \"quotes\", \\ and\na line";
  const std::string line = log_line("attempt failed", {{"message", message}, {"empty", ""}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const ParsedLogLine parsed = parse_log_line(line);
  EXPECT_EQ(parsed.event, "attempt failed");
  EXPECT_THAT(parsed.fields, ElementsAre(Pair("message", message), Pair("empty", "")));
}

TEST(LogLine, OtherTextIsAllEvent) {
  EXPECT_EQ(parse_log_line("a   b c").event, "a   b c");
  EXPECT_TRUE(parse_log_line("a   b c").fields.empty());
}

TEST(Logging, JsonHasOneObjectPerLine) {
  const test::TempDir dir;
  const auto logging = Logging::create({"info", (dir / "log").string(), true});
  ASSERT_TRUE(logging.ok());
  logging->logger("coordinator.engine")->info(log_line("trial pruned", {{"why", "a \"b\"\n"}}));
  logging->logger("coordinator.engine")->debug("not told");
  std::ifstream in(dir / "log");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr(R"("level":"info","component":"coordinator.engine")"));
  EXPECT_THAT(text, HasSubstr(R"("event":"trial pruned","why":"a \"b\"\u000a"})"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Logging, RefusesWhatCannotBe) {
  EXPECT_EQ(Logging::create({"loud", "", false}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Logging::create({"info", "/proc/none/log", false}).status().code(),
            StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace foldmill::coordinator
