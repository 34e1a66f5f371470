#include "core/constraint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace foldmill {
namespace {

using ::testing::HasSubstr;

TEST(Constraint, IsReadAndWritten) {
  const Constraint most = parse_constraint("n_parameters <= 200000").value();
  EXPECT_EQ(most, (Constraint{"n_parameters", Relation::kAtMost, 200000}));
  EXPECT_EQ(to_string(most), "n_parameters <= 200000");
  const Constraint least = parse_constraint("  val/acc>=-.5e-1\t").value();
  EXPECT_EQ(least, (Constraint{"val/acc", Relation::kAtLeast, -0.05}));
  EXPECT_EQ(parse_constraint(to_string(least)).value(), least);
}

TEST(Constraint, WhatIsNoneIsRefusedWithTheReason) {
  const auto refuses = [](const char* text, const char* why) {
    const Status status = parse_constraint(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), HasSubstr(why));
    EXPECT_THAT(status.message(), HasSubstr("n_parameters <= 200000"));
  };
  refuses("", "compares nothing");
  refuses("val_loss", "compares nothing");
  refuses("val_loss < 1", "'<', which is neither <= nor >=");
  refuses("val_loss == 1", "'=='");
  refuses("val_loss =< 1", "'=<'");
  refuses("<= 1", "names no metric");
  refuses("val_loss <= much", "has no number");
  refuses("val_loss <=", "has no number");
  refuses("val_loss <= inf", "has no number");
  refuses("val_loss <= 1 <= 2", "has no number");
}

TEST(Constraint, IsViolatedByAShareOfItsBound) {
  const Constraint most{"m", Relation::kAtMost, 200};
  EXPECT_EQ(most.violation(200), 0);
  EXPECT_EQ(most.violation(-1e9), 0);
  EXPECT_EQ(most.violation(300), 0.5);
  const Constraint least{"m", Relation::kAtLeast, -4};
  EXPECT_EQ(least.violation(-4), 0);
  EXPECT_EQ(least.violation(-5), 0.25);
  EXPECT_EQ((Constraint{"m", Relation::kAtMost, 0}).violation(3), 3);
}

TEST(Constraint, NanAndInfinityAreInfinitelyFar) {
  const Constraint most{"m", Relation::kAtMost, 1};
  EXPECT_TRUE(std::isinf(most.violation(std::nan(""))));
  EXPECT_TRUE(std::isinf(most.violation(std::numeric_limits<double>::infinity())));
}

}  // namespace
}  // namespace foldmill
