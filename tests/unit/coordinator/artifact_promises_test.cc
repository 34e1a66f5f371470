#include "coordinator/artifact_promises.h"

#include <gtest/gtest.h>

namespace foldmill::coordinator {
namespace {

class ArtifactPromisesTest : public ::testing::Test {
 protected:
  bool removes(const ArtifactRef& artifact) {
    bool removed = false;
    const bool said =
        promises_.remove_unless_promised(artifact, now_, [&removed] { removed = true; });
    EXPECT_EQ(said, removed);
    return removed;
  }

  const ArtifactRef file_{std::string(64, 'a'), 1};
  const ArtifactRef other_{std::string(64, 'b'), 1};
  SteadyTime now_{std::chrono::hours(1)};
  ArtifactPromises promises_;
};

TEST_F(ArtifactPromisesTest, WhatNobodyWasPromisedGoes) {
  promises_.promise(other_, now_);
  EXPECT_TRUE(removes(file_));
}

TEST_F(ArtifactPromisesTest, WhatWasPromisedTwiceStaysUntilBothHaveNamedIt) {
  promises_.promise(file_, now_);
  promises_.promise(file_, now_);
  promises_.settle(file_);
  EXPECT_FALSE(removes(file_));
  promises_.settle(file_);
  EXPECT_TRUE(removes(file_));
}

TEST_F(ArtifactPromisesTest, WhatIsNamedWithoutAPromiseOwesNothing) {
  promises_.settle(file_);
  promises_.promise(file_, now_);
  EXPECT_FALSE(removes(file_));
}

TEST_F(ArtifactPromisesTest, WhoeverNeverNamesItHoldsItForAWhileOnly) {
  promises_.promise(file_, now_);
  now_ += ArtifactPromises::kKept;
  EXPECT_FALSE(removes(file_));
  now_ += std::chrono::seconds(1);
  EXPECT_TRUE(removes(file_));
}

}  // namespace
}  // namespace foldmill::coordinator
