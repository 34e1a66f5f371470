#include "core/parameter.h"

#include <gtest/gtest.h>

#include <cmath>

namespace foldmill {
namespace {

using Text = std::string;

TEST(ParameterValue, IsShownAsWritten) {
  EXPECT_EQ(to_string(ParameterValue(true)), "true");
  EXPECT_EQ(to_string(ParameterValue(false)), "false");
  EXPECT_EQ(to_string(ParameterValue(int64_t{12})), "12");
  EXPECT_EQ(to_string(ParameterValue(0.001)), "0.001");
  EXPECT_EQ(to_string(ParameterValue(Text("adam"))), "adam");
}

TEST(ParameterValue, AsDouble) {
  EXPECT_EQ(as_double(true), 1.0);
  EXPECT_EQ(as_double(int64_t{-3}), -3.0);
  EXPECT_EQ(as_double(0.5), 0.5);
  EXPECT_EQ(as_double(Text("0.5")), std::nullopt);
}

TEST(ParameterValue, EquivalentIsAsAPersonMeansIt) {
  EXPECT_TRUE(equivalent(int64_t{1}, 1.0));
  EXPECT_TRUE(equivalent(1.0, int64_t{1}));
  EXPECT_TRUE(equivalent(Text("a"), Text("a")));
  EXPECT_FALSE(equivalent(int64_t{1}, 1.5));
  EXPECT_FALSE(equivalent(true, int64_t{1}));
  EXPECT_FALSE(equivalent(true, 1.0));
  EXPECT_FALSE(equivalent(Text("1"), int64_t{1}));
  EXPECT_FALSE(equivalent(Text("a"), Text("b")));
}

TEST(ParameterSet, KeepsTheOrderAndReplacesInPlace) {
  ParameterSet set{{"b", int64_t{1}}, {"a", 0.5}};
  set.set("c", true);
  set.set("b", Text("new"));
  std::vector<std::string> names;
  for (const auto& [name, value] : set) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(set.get_string("b"), "new");
  EXPECT_EQ(set.size(), 3U);
}

TEST(ParameterSet, LooksUpByType) {
  const ParameterSet set{{"i", int64_t{3}}, {"d", 2.5}, {"s", Text("x")}, {"b", true}};
  EXPECT_EQ(set.get_int("i"), 3);
  EXPECT_EQ(set.get_double("i"), 3.0);
  EXPECT_EQ(set.get_double("d"), 2.5);
  EXPECT_EQ(set.get_string("s"), "x");
  EXPECT_EQ(set.get_bool("b"), true);
}

TEST(ParameterSet, GivesNothingForAnotherTypeOrAnAbsentName) {
  const ParameterSet set{{"i", int64_t{3}}, {"d", 2.0}, {"s", Text("x")}, {"b", true}};
  EXPECT_EQ(set.get_int("d"), std::nullopt);
  EXPECT_EQ(set.get_double("b"), std::nullopt);
  EXPECT_EQ(set.get_double("s"), std::nullopt);
  EXPECT_EQ(set.get_bool("i"), std::nullopt);
  EXPECT_EQ(set.get_string("b"), std::nullopt);
  EXPECT_EQ(set.get_int("absent"), std::nullopt);
  EXPECT_EQ(set.find("absent"), nullptr);
  EXPECT_FALSE(set.contains("absent"));
  EXPECT_TRUE(ParameterSet().empty());
}

TEST(ParameterSet, EqualityWantsNamesValuesAndOrder) {
  const ParameterSet set{{"a", int64_t{1}}, {"b", int64_t{2}}};
  EXPECT_EQ(set, (ParameterSet{{"a", int64_t{1}}, {"b", int64_t{2}}}));
  EXPECT_NE(set, (ParameterSet{{"b", int64_t{2}}, {"a", int64_t{1}}}));
  EXPECT_NE(set, (ParameterSet{{"a", 1.0}, {"b", int64_t{2}}}));
}

}  // namespace
}  // namespace foldmill
