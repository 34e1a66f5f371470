#include "proto/codec/trial_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace foldmill::proto {
namespace {

using ::testing::HasSubstr;

TEST(TrialCodec, WhatALoopIsHandedSurvivesTheWire) {
  const AskedTrial trial{.study = "mine",
                         .trial = TrialNumber(17),
                         .lease = 2,
                         .lease_time = Milliseconds(90'000),
                         .params = {{"lr", 0.25}},
                         .constants = {{"units", int64_t{64}}},
                         .folds = {FoldIndex(1), FoldIndex(2)},
                         .plan = {.k = 3, .seed = 5},
                         .epochs = 20,
                         .goals = {{"accuracy", Direction::kMaximize}, {"seconds"}}};
  const Result<AskedTrial> back = decode(encode(trial));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, trial);
}

TEST(TrialCodec, AStandingSurvivesTheWire) {
  const TrialStanding standing{TrialState::kPruned, false, true, 0.5, "note"};
  const Result<TrialStanding> back = decode(encode(standing));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, standing);
}

TEST(TrialCodec, ResultsSurviveTheWire) {
  const HeldResult results[] = {
      {{"s", TrialNumber(1), 3}, {.value = 0.5, .metrics = {{"seconds", 2}}}},
      {{"s", TrialNumber(1)}, {.fold = FoldIndex(4), .value = INFINITY}},
      {{"s", TrialNumber(0)},
       {.kind = ResultKind::kFailed, .cause = EndCause::kOutOfMemory, .message = "m"}},
      {{"s", TrialNumber(0)}, {.kind = ResultKind::kReleased}}};
  for (const HeldResult& told : results) {
    const Result<HeldResult> back = decode(encode(told));
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back->of, told.of);
    EXPECT_EQ(back->result, told.result);
  }
}

TEST(TrialCodec, AQuestionIsCheckedOnTheWayIn) {
  const TrialRequest sound{"s", "k", "box", Milliseconds(1000), {{"lr", 0.1}}};
  ASSERT_TRUE(decode(encode(sound)).ok());
  EXPECT_EQ(decode(encode(sound))->fixed, sound.fixed);
  const auto refused = [&](auto break_it) {
    TrialRequest request = sound;
    break_it(request);
    return decode(encode(request)).status().message();
  };
  EXPECT_THAT(refused([](TrialRequest& r) { r.study = ""; }), HasSubstr("name is missing"));
  EXPECT_THAT(refused([](TrialRequest& r) { r.key = ""; }), HasSubstr("key is missing"));
  EXPECT_THAT(refused([](TrialRequest& r) { r.holder = "a\tb"; }), HasSubstr("control character"));
  EXPECT_THAT(refused([](TrialRequest& r) { r.lease = Milliseconds(999); }), HasSubstr("999 ms"));
  EXPECT_THAT(refused([](TrialRequest& r) { r.lease = Milliseconds(2'592'000'001); }),
              HasSubstr("30 days"));
}

TEST(TrialCodec, SecondsThatNoClockHasShownAreRefused) {
  HeldReport report{.of = {"s", TrialNumber(0)}, .value = NAN, .report = {.epoch = 1}};
  report.report.seconds = 1.5;
  const Result<HeldReport> back = decode(encode(report));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->report.seconds, 1.5);
  for (const double seconds : {-0.5, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    report.report.seconds = seconds;
    const Status refused = decode(encode(report)).status();
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(refused.message(), HasSubstr("seconds is impossible"));
  }
}

TEST(TrialCodec, LongMessagesAreCut) {
  HeldResult told{{"s", TrialNumber(0)}, {.kind = ResultKind::kFailed}};
  told.result.message = std::string(10'000, 'x');
  EXPECT_LE(decode(encode(told))->result.message.size(), kMaxTellMessageBytes);
}

TEST(TrialCodec, NumbersOutOfRangeAreRefused) {
  v1::HeldTrial held;
  held.set_study("s");
  held.set_trial(-1);
  EXPECT_FALSE(decode(held).ok());
  held.set_trial(0);
  held.set_lease(-1);
  EXPECT_FALSE(decode(held).ok());
  v1::ReportEpochRequest report;
  report.mutable_of()->set_study("s");
  report.set_fold(-1);
  EXPECT_FALSE(decode(report).ok());
}

}  // namespace
}  // namespace foldmill::proto
