#include "storage/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill::storage {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kParameters = {"lr", "optimizer", "epochs"};

SqlFragment compiled(const std::string& where) {
  auto filter = compile_filter(where, kParameters);
  EXPECT_TRUE(filter.ok()) << filter.status().message();
  return filter.ok() ? *filter : SqlFragment{};
}

void expect_error(const std::string& where, const std::string& words) {
  const auto filter = compile_filter(where, kParameters);
  ASSERT_FALSE(filter.ok()) << where;
  EXPECT_EQ(filter.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(filter.status().message(), HasSubstr(words)) << where;
}

TEST(Filter, ComparesFields) {
  const auto filter = compiled("value < 1e-3 and number>=-2");
  EXPECT_EQ(filter.text, "t.value < ? AND t.number >= ?");
  ASSERT_EQ(filter.values.size(), 2u);
  EXPECT_EQ(filter.values[0], Cell(1e-3));
  EXPECT_EQ(filter.values[1], Cell(int64_t{-2}));
}

TEST(Filter, TakesNumbersAndSpaceInAnyForm) {
  const auto filter = compiled("\tvalue\n>\r+.5 and\n'value' < -.25");
  EXPECT_EQ(filter.text, "t.value > ? AND t.value < ?");
  ASSERT_EQ(filter.values.size(), 2u);
  EXPECT_EQ(filter.values[0], Cell(0.5));
  EXPECT_EQ(filter.values[1], Cell(-0.25));
  EXPECT_EQ(compile_filter("_x < 1", {"_x"})->values[0], Cell(std::string("_x")));
}

TEST(Filter, NestsAndNegates) {
  EXPECT_EQ(compiled("NOT (value = 1 Or number != 2) and cause is not null").text,
            "NOT ((t.value = ? OR t.number != ?)) AND t.cause IS NOT NULL");
  EXPECT_EQ(compiled("value is null").text, "t.value IS NULL");
  EXPECT_EQ(compiled("number not in (1, 2)").text, "t.number NOT IN (?, ?)");
  EXPECT_EQ(compiled("number not like '1%'").text, "t.number NOT LIKE ?");
}

TEST(Filter, NeverPutsValuesIntoSql) {
  const auto filter = compiled("optimizer in (adam, 'it''s', \"; drop table trial\")");
  EXPECT_EQ(filter.text.find("drop"), std::string::npos);
  ASSERT_EQ(filter.values.size(), 4u);  // the parameter's name comes first
  EXPECT_EQ(filter.values[0], Cell(std::string("optimizer")));
  EXPECT_EQ(filter.values[2], Cell(std::string("it's")));
}

TEST(Filter, KnowsWordsAndDurations) {
  EXPECT_EQ(compiled("state = complete").values[0], Cell(std::string("completed")));
  EXPECT_EQ(compiled("cause = out").values[0], Cell(std::string("out_of_memory")));
  EXPECT_EQ(compiled("duration > 2m").values[0], Cell(120.0));
  EXPECT_EQ(compiled("worker = gpu-box-1").values[0], Cell(std::string("gpu-box-1")));
  EXPECT_EQ(compiled("duration > 1.5h").values[0], Cell(5400.0));
  EXPECT_EQ(compiled("duration > 2d").values[0], Cell(172800.0));
  EXPECT_EQ(compiled("duration > 7s").values[0], Cell(7.0));
  EXPECT_EQ(compiled("lr = true").values[1], Cell(int64_t{1}));
  EXPECT_EQ(compiled("lr = false").values[1], Cell(int64_t{0}));
  EXPECT_EQ(compiled("lr = 'true'").values[1], Cell(std::string("true")));
}

TEST(Filter, AParameterCalledLikeAFieldHasAPrefix) {
  EXPECT_EQ(compiled("epochs > 3").values.size(), 1u);
  EXPECT_EQ(compiled("params.epochs > 3").values[0], Cell(std::string("epochs")));
}

TEST(Filter, SaysWhereAndWhat) {
  expect_error("value = 1 or nix = 2", "there is no field 'nix'");
  expect_error("not nix = 2", "there is no field 'nix'");
  expect_error("number in (1, =)", "expected a value, found '='");
  expect_error("number in 'x'", "expected '('");
  expect_error("3 = 3", "expected a field, found '3'");
  expect_error("value , 1", "expected a comparison");
  expect_error("value ) 1", "expected a comparison");
  expect_error("cause like =", "expected a value");
  expect_error("number in (1 ',')", "expected ',' or ')', found ','");
  expect_error("value = {", "unexpected '{'");
  expect_error("value = -", "unexpected '-'");
  expect_error("value = -.", "unexpected '-'");
  expect_error("valu < 1", "position 1: there is no field 'valu'; did you mean 'value'?");
  expect_error("value < 1 and optimzer = adam",
               "position 15: there is no field 'optimzer'; did you "
               "mean 'optimizer'?");
  expect_error("state = compelted", "did you mean 'completed'?");
  expect_error("cause = p", "pruned");
  expect_error("value <", "position 8: expected a value, found the end");
  expect_error("value < 1 number", "position 11: expected 'and', 'or' or the end");
  expect_error("value", "expected a comparison");
  expect_error("value ( 1", "expected a comparison");
  expect_error("value not 1", "expected 'in' or 'like'");
  expect_error("value is 1", "expected 'null'");
  expect_error("value in 1", "expected '('");
  expect_error("value in (1", "expected ',' or ')'");
  expect_error("(value = 1", "expected ')'");
  expect_error("= 1", "expected a field");
  expect_error("value = 'x", "position 9: the string has no closing quote");
  expect_error("value = 3x", "neither a number nor a duration");
  expect_error("value = 1e999", "out of range");
  expect_error("value ; 1", "unexpected ';'");
  expect_error(std::string(200, '('), "nested too deeply");
  expect_error("", "expected a field");
}

TEST(Sort, TakesSeveralKeysInBothDirections) {
  const auto keys = compile_sort("-value,lr", kParameters);
  ASSERT_TRUE(keys.ok());
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_TRUE((*keys)[0].descending);
  EXPECT_FALSE((*keys)[1].descending);
  EXPECT_TRUE(compile_sort("", kParameters)->empty());
}

TEST(Sort, SaysWhichKeyIsUnknown) {
  const auto keys = compile_sort("value,-l", kParameters);
  ASSERT_FALSE(keys.ok());
  EXPECT_THAT(keys.status().message(), HasSubstr("position 8: there is no field 'l'"));
}

}  // namespace
}  // namespace foldmill::storage
