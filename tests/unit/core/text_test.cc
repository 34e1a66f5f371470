#include "core/text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace foldmill {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Concat, JoinsStringsCharactersAndIntegers) {
  EXPECT_EQ(concat("a", std::string("b"), std::string_view("c"), 'd', -5, uint64_t{7}), "abcd-57");
  EXPECT_EQ(concat(), "");
}

TEST(FormatNumber, IsAsPeopleWriteIt) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(-0.0), "-0");
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(256), "256");
  EXPECT_EQ(format_number(0.0001), "0.0001");
  EXPECT_EQ(format_number(1e-5), "1e-05");
  EXPECT_EQ(format_number(100000), "100000");
  EXPECT_EQ(format_number(1e16), "1e+16");
  EXPECT_EQ(format_number(-2.5e-300), "-2.5e-300");
  EXPECT_EQ(format_number(1.0 / 3.0), "0.3333333333333333");
}

TEST(FormatNumber, NamesWhatIsNotFinite) {
  EXPECT_EQ(format_number(kInf), "inf");
  EXPECT_EQ(format_number(-kInf), "-inf");
  EXPECT_EQ(format_number(std::nan("")), "nan");
  EXPECT_EQ(format_number(-std::nan("")), "nan");
}

TEST(FormatNumber, ReadsBackToTheSameBits) {
  Random random(1, RandomPurpose::kTest);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random.next_u64();
    const auto value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) continue;
    const std::optional<double> back = parse_double(format_number(value));
    ASSERT_TRUE(back) << format_number(value);
    EXPECT_EQ(std::bit_cast<uint64_t>(*back), bits) << format_number(value);
  }
}

TEST(FormatNumber, FitsAtTheEndsOfThePlainForm) {
  for (double value : {std::nextafter(1e16, 0), -std::nextafter(1e16, 0), 0.00012345678901234567,
                       -1.2345678901234567e-4, std::numeric_limits<double>::max(),
                       std::numeric_limits<double>::denorm_min()})
    EXPECT_EQ(parse_double(format_number(value)), value);
}

TEST(ParseDouble, TakesTheWholeText) {
  EXPECT_EQ(parse_double("1e-4"), 1e-4);
  EXPECT_EQ(parse_double("+2.5"), 2.5);
  EXPECT_EQ(parse_double("-.5"), -0.5);
  EXPECT_EQ(parse_double("inf"), kInf);
  EXPECT_EQ(parse_double("-inf"), -kInf);
  EXPECT_TRUE(std::isnan(*parse_double("nan")));
  for (const char* bad : {"", "+", "-", "1x", " 1", "1 ", "1,5", "+-1", "++1", "1e", "0x10", "--1"})
    EXPECT_EQ(parse_double(bad), std::nullopt) << bad;
}

TEST(ParseInt, TakesTheWholeTextWithinTheRange) {
  EXPECT_EQ(parse_int("42"), 42);
  EXPECT_EQ(parse_int("+42"), 42);
  EXPECT_EQ(parse_int("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  for (const char* bad : {"", "+", "4.0", "4 ", "9223372036854775808", "1e3", "+-4"})
    EXPECT_EQ(parse_int(bad), std::nullopt) << bad;
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"a", "a", "b"}, " -> "), "a -> a -> b");
}

TEST(SoundUtf8, KeepsCharactersAndReplacesWhatIsNone) {
  constexpr const char* kNone = "\xef\xbf\xbd";
  const std::string sound = "a\u00e9\u20ac\U0001f600\n";
  EXPECT_EQ(sound_utf8(sound, 100), sound);
  EXPECT_EQ(sound_utf8("caf\xe9!", 100), concat("caf", kNone, "!"));        // Latin-1
  EXPECT_EQ(sound_utf8("\xe2\x82", 100), concat(kNone, kNone));             // cut short
  EXPECT_EQ(sound_utf8("\xc0\xaf", 100), concat(kNone, kNone));             // longer than needed
  EXPECT_EQ(sound_utf8("\xed\xa0\x80", 100), concat(kNone, kNone, kNone));  // a surrogate
}

TEST(SoundUtf8, CutsBetweenCharacters) {
  EXPECT_EQ(sound_utf8("ab\u20ac", 4), "ab");
  EXPECT_EQ(sound_utf8("ab\u20ac", 5), "ab\u20ac");
}

TEST(ClosestMatch, FindsTypingErrors) {
  const std::vector<std::string> knobs = {"optimizer", "lr", "weight_decay", "momentum"};
  EXPECT_EQ(closest_match("optimiser", knobs), "optimizer");
  EXPECT_EQ(closest_match("optimzier", knobs), "optimizer");  // neighbours swapped
  EXPECT_EQ(closest_match("weightdecay", knobs), "weight_decay");
  EXPECT_EQ(closest_match("momentum", knobs), "momentum");
}

TEST(ClosestMatch, ASwapOfNeighboursCountsOnce) {
  EXPECT_EQ(closest_match("rl", {"lr"}), "lr");
  EXPECT_EQ(closest_match("abdc", {"abcd"}), "abcd");
}

TEST(ClosestMatch, RefusesWhatIsTooFar) {
  EXPECT_EQ(closest_match("dropout", {"optimizer", "lr"}), std::nullopt);
  EXPECT_EQ(closest_match("optimixxx", {"optimizer"}), "optimizer");  // 3 of 9
  EXPECT_EQ(closest_match("optimxxxx", {"optimizer"}), std::nullopt);
  EXPECT_EQ(closest_match("lr", {}), std::nullopt);
  EXPECT_EQ(closest_match("", {"lr"}), std::nullopt);
}

TEST(ClosestMatch, PrefersTheNearestThenTheFirst) {
  EXPECT_EQ(closest_match("filters_4", {"filters_12", "filters_1", "filters_2"}), "filters_1");
  EXPECT_EQ(closest_match("filters_2", {"filters_1", "filters_2"}), "filters_2");
}

}  // namespace
}  // namespace foldmill
