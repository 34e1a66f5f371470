#include "proto/codec/folds_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/codec/study_codec.h"
#include "tests/support/store_changes.h"

namespace foldmill::proto {
namespace {

using ::testing::HasSubstr;

// A stored spec need not be sound as a whole, so that every field can be away from its default.
TEST(FoldsCodec, EveryFieldSurvivesTheWire) {
  const StudySpec spec = test::example_spec();
  const Result<StudySpec> back = decode_stored(encode(spec));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
}

// A client of the first version knows of one schedule only, which the defaults are.
TEST(FoldsCodec, WhatAnOlderClientLeavesOutHasItsDefault) {
  v1::StudySpec message = encode(test::example_spec());
  message.clear_schedule();
  message.clear_final_stages();
  message.clear_origin();
  message.mutable_folds()->clear_repeats();
  message.mutable_resources()->clear_slots();
  const Result<StudySpec> back = decode_stored(message);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->schedule, FoldSchedule());
  EXPECT_EQ(back->final_stages, FinalStages());
  EXPECT_EQ(back->origin, std::nullopt);
  EXPECT_EQ(back->folds.repeats, 1);
  EXPECT_EQ(back->resources.slots, 1);
}

TEST(FoldsCodec, WhatIsUnknownIsRefused) {
  const auto refusal = [](auto change) {
    v1::StudySpec message = encode(test::example_spec());
    change(message);
    return decode_stored(message).status().message();
  };
  EXPECT_THAT(refusal([](auto& m) { m.mutable_schedule()->set_order("later"); }),
              HasSubstr("folds.order: 'later'"));
  EXPECT_THAT(refusal([](auto& m) { m.mutable_schedule()->set_aggregate("sum"); }),
              HasSubstr("folds.aggregate: 'sum'"));
  EXPECT_THAT(refusal([](auto& m) { m.mutable_origin()->set_stage("deploy"); }),
              HasSubstr("'deploy' is no stage"));
  EXPECT_THAT(refusal([](auto& m) { m.mutable_folds()->mutable_outer()->set_fold(4); }),
              HasSubstr("4 is no fold of 4 outer folds"));
  EXPECT_THAT(refusal([](auto& m) { m.mutable_folds()->set_repeats(-1); }),
              HasSubstr("folds.repeats: -1"));
  EXPECT_THAT(refusal([](auto& m) { m.mutable_evaluate(0)->set_sha256("ab"); }), HasSubstr("64 lower-case"));
}

}  // namespace
}  // namespace foldmill::proto
