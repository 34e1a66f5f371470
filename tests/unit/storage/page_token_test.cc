#include "storage/sqlite/page_token.h"

#include <gtest/gtest.h>

#include <limits>

namespace foldmill::storage {
namespace {

const std::vector<Cell> kPosition = {std::monostate(), int64_t{-7}, 0.25,
                                     std::numeric_limits<double>::infinity(), std::string("a\"d")};

TEST(PageToken, RoundTripsEveryKindOfCell) {
  const std::string token = make_page_token("trials", kPosition);
  EXPECT_EQ(parse_page_token("trials", token, kPosition.size()), kPosition);
}

TEST(PageToken, FitsItsOwnQuestionOnly) {
  const std::string token = make_page_token("trials", kPosition);
  EXPECT_EQ(parse_page_token("workers", token, kPosition.size()), std::nullopt);
  EXPECT_EQ(parse_page_token("trials", token, kPosition.size() + 1), std::nullopt);
}

TEST(PageToken, IsRefusedWhenACellWasChanged) {
  const std::string token = make_page_token("trials", {int64_t{7}});
  const auto with = [&](const std::string& cell) {
    std::string changed = token;
    changed.replace(changed.find("\"i7\""), 4, cell);
    return parse_page_token("trials", changed, 1);
  };
  EXPECT_TRUE(with("\"i8\""));
  for (const std::string cell :
       {"7", "null", "\"\"", "\"i\"", "\"ix\"", "\"r\"", "\"rx\"", "\"z\""})
    EXPECT_EQ(with(cell), std::nullopt) << cell;
}

}  // namespace
}  // namespace foldmill::storage
