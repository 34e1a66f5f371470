#include "coordinator/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "coordinator/address_file.h"
#include "coordinator/exit_codes.h"
#include "tests/support/temp_dir.h"

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;

ParsedOptions parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "foldmill-coordinator");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, DefaultsAreLocal) {
  const ParsedOptions parsed = parse({"--db", "x.db"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  ASSERT_EQ(parsed.options->listen.size(), 1u);
  EXPECT_EQ(to_string(parsed.options->listen[0]), "127.0.0.1:7070");
  EXPECT_EQ(parsed.options->engine.lease, Milliseconds(30'000));
  EXPECT_EQ(parsed.options->engine.heartbeat, Milliseconds(5'000));
}

TEST(Options, AUnixSocketStandsAloneOrBesideAnAddress) {
  EXPECT_EQ(parse({"--db", "x.db", "--unix", "/run/s"}).options->listen.size(), 1u);
  EXPECT_EQ(
      parse({"--db", "x.db", "--unix", "/run/s", "--listen", "[::1]:0"}).options->listen.size(),
      2u);
}

TEST(Options, HeartbeatStaysBelowAThirdOfTheLease) {
  EXPECT_TRUE(parse({"--db", "x", "--lease-ms", "3000", "--heartbeat-ms", "999"}).options);
  const ParsedOptions parsed = parse({"--db", "x", "--lease-ms", "3000", "--heartbeat-ms", "1000"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, kExitUsage);
  EXPECT_THAT(parsed.text, HasSubstr("third of the lease"));
  EXPECT_EQ(parse({"--db", "x", "--lease-ms", "600"}).options->engine.heartbeat, Milliseconds(100));
}

TEST(Options, PatienceWithHungAttemptsCanBeSet) {
  const engine::StallLimits usual = parse({"--db", "x"}).options->engine.stall;
  EXPECT_EQ(usual.factor, 20);
  EXPECT_EQ(usual.floor, Milliseconds(600'000));
  EXPECT_EQ(usual.start, Milliseconds(3'600'000));
  const engine::StallLimits set =
      parse({"--db", "x", "--stall-factor", "0", "--stall-floor-ms", "7", "--stall-start-ms", "8"})
          .options->engine.stall;
  EXPECT_EQ(set.factor, 0);
  EXPECT_EQ(set.floor, Milliseconds(7));
  EXPECT_EQ(set.start, Milliseconds(8));
  EXPECT_FALSE(parse({"--db", "x", "--stall-factor", "-1"}).options);
  EXPECT_FALSE(parse({"--db", "x", "--stall-floor-ms", "0"}).options);
}

TEST(Options, OtherMachinesNeedProtection) {
  const ParsedOptions refused = parse({"--db", "x", "--listen", "0.0.0.0:1"});
  EXPECT_EQ(refused.exit_code, kExitUsage);
  EXPECT_THAT(refused.text, HasSubstr("--insecure"));
  EXPECT_TRUE(parse({"--db", "x", "--listen", "0.0.0.0:1", "--insecure"}).options);
}

TEST(Options, MistakesAreUsageErrors) {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"--db"},
                                             {"--db", "x", "--nope"},
                                             {"--db", "x", "--listen", "nowhere"},
                                             {"--db", "x", "--lease-ms", "1"},
                                             {"--db", "x", "--log-level", "loud"}}) {
    const ParsedOptions parsed = parse(arguments);
    EXPECT_FALSE(parsed.options);
    EXPECT_EQ(parsed.exit_code, kExitUsage);
    EXPECT_FALSE(parsed.text.empty());
  }
}

TEST(Options, HelpNamesTheExitCodes) {
  const ParsedOptions parsed = parse({"--help"});
  EXPECT_EQ(parsed.exit_code, kExitOk);
  EXPECT_THAT(parsed.text, HasSubstr("another coordinator holds the database"));
}

TEST(AddressFile, HoldsOneAddressALine) {
  const test::TempDir dir;
  ASSERT_TRUE(write_address_file(dir / "a", {"127.0.0.1:1", "unix:/s"}).ok());
  std::ifstream in(dir / "a");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, "127.0.0.1:1\nunix:/s\n");
  EXPECT_FALSE(write_address_file(dir / "none" / "a", {}).ok());
}

}  // namespace
}  // namespace foldmill::coordinator
