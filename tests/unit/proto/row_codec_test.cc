#include "proto/codec/row_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "core/sha256.h"
#include "proto/codec/value_codec.h"
#include "tests/unit/proto/codec_fixture.h"

namespace foldmill::proto {
namespace {

using ::testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

WallTime at(int64_t microseconds) { return decode_time(microseconds); }

// No field has its default, and no two numbers beside each other are equal.
TrialRow full_trial() {
  TrialRow row;
  row.number = TrialNumber(7);
  row.state = TrialState::kPruned;
  row.params = {{"flag", true}, {"lr", 0.25}, {"optimizer", std::string("sgd")}};
  row.enqueued = true;
  row.value = kNan;
  row.cause = EndCause::kPruned;
  row.message = "below";
  row.decision = PruneDecision{FoldIndex(1), 3, -kInfinity, 0.5, 4, "race", 0.01};
  row.created = at(1'000'001);
  row.ended = at(2'000'002);
  row.epochs = 11;
  row.seconds = 1.5;
  row.metrics = {{"size", kInfinity}, {"heat", kNan}};
  row.violation = 0.375;
  row.estimated = true;
  FoldRow& fold = row.folds.emplace_back();
  fold.fold = FoldIndex(1);
  fold.state = FoldState::kStopped;
  fold.value = kInfinity;
  fold.epochs = 3;
  fold.seconds = 0.75;
  fold.attempts = {{AttemptId(9), 2, "gpu-1", 5, AttemptState::kStopped, EndCause::kPruned,
                    "pruned", 4, at(1'500'000), at(1'900'000)}};
  fold.curve = {{4, kNan, {{"val_loss", kNan}, {"train_loss", kInfinity}}, 0.125, AttemptId(9)},
                {5, -kInfinity, {{"val_loss", -kInfinity}}, 0.0625, AttemptId(10)}};
  fold.artifacts = {{"state_dict.pt", {sha256_hex("x"), 12}}};
  return row;
}

StudyRow full_study() {
  StudyRow row;
  row.id = StudyId(3);
  row.spec = constrained_spec();
  row.spec.more_objectives = {{"seconds", Direction::kMaximize}};
  row.front = {TrialNumber(15), TrialNumber(4)};
  row.state = StudyState::kFailed;
  row.reason = "20 trials failed in a row";
  row.created = at(5);
  row.ended = at(6);
  row.completed = 7;
  row.pruned = 8;
  row.failed = 9;
  row.cancelled = 10;
  row.running = 11;
  row.best = TrialNumber(12);
  row.best_value = -kInfinity;
  row.epochs = 13;
  row.epochs_saved = 14;
  row.seconds = 15.5;
  return row;
}

// The names of the fields, here and in the messages below, that encoding has left at their default.
// One alternative of a oneof is enough.
std::vector<std::string> unset_fields(const google::protobuf::Message& message) {
  std::vector<std::string> unset;
  const auto& reflection = *message.GetReflection();
  const auto look_into = [&](const google::protobuf::Message& part) {
    for (const std::string& name : unset_fields(part)) unset.push_back(name);
  };
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto* field = message.GetDescriptor()->field(i);
    const bool is_message = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->real_containing_oneof() != nullptr) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field)
                                           : int{reflection.HasField(message, field)};
    if (count == 0) unset.push_back(field->full_name());
    // Entries of a map have but key and value; reading them by reflection is not possible under
    // ThreadSanitizer, for which protobuf's headers and its library disagree about a map's layout.
    if (!is_message || field->is_map() || field->message_type() == v1::StudySpec::descriptor())
      continue;
    for (int k = 0; k < count; ++k)
      look_into(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, k)
                                     : reflection.GetMessage(message, field));
  }
  return unset;
}

// Decodes the bytes of `sent` and encodes the row again: equal bytes mean that nothing was lost,
// the kind of a NaN included, which == would not tell.
template <class Message>
std::string there_and_back(const Message& sent) {
  Message received;
  EXPECT_TRUE(received.ParseFromString(sent.SerializeAsString()));
  const auto row = decode(received);
  if constexpr (std::is_same_v<std::decay_t<decltype(row)>, WorkerRow> ||
                std::is_same_v<std::decay_t<decltype(row)>, Table>) {
    return encode(row).SerializeAsString();
  } else {
    EXPECT_TRUE(row.ok()) << row.status().message();
    return row.ok() ? encode(*row).SerializeAsString() : std::string();
  }
}

TEST(RowCodec, EveryFieldOfATrialSurvivesTheWire) {
  const v1::Trial message = encode(full_trial());
  EXPECT_THAT(unset_fields(message), IsEmpty());
  EXPECT_EQ(there_and_back(message), message.SerializeAsString());
}

TEST(RowCodec, ATrialComesBackAsItWas) {
  const TrialRow sent = full_trial();
  const Result<TrialRow> decoded = decode(encode(sent));
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  const TrialRow& row = *decoded;
  EXPECT_EQ(row.number, sent.number);
  EXPECT_EQ(row.state, sent.state);
  EXPECT_EQ(row.params, sent.params);
  ASSERT_TRUE(row.value);
  EXPECT_TRUE(std::isnan(*row.value));
  EXPECT_EQ(row.cause, sent.cause);
  ASSERT_TRUE(row.decision);
  EXPECT_EQ(row.decision->value, -kInfinity);
  EXPECT_EQ(row.decision->threshold, 0.5);
  EXPECT_EQ(row.created, sent.created);
  EXPECT_EQ(row.ended, sent.ended);
  EXPECT_EQ(row.epochs, 11);
  EXPECT_EQ(row.seconds, 1.5);
  ASSERT_EQ(row.metrics.size(), 2u);
  EXPECT_EQ(row.metrics[0], sent.metrics[0]);
  EXPECT_TRUE(std::isnan(row.metrics[1].second));
  EXPECT_EQ(row.violation, 0.375);
  ASSERT_EQ(row.folds.size(), 1u);
  const FoldRow& fold = row.folds[0];
  EXPECT_EQ(fold.value, kInfinity);
  ASSERT_EQ(fold.attempts.size(), 1u);
  EXPECT_EQ(fold.attempts[0].id, AttemptId(9));
  EXPECT_EQ(fold.attempts[0].number, 2);
  EXPECT_EQ(fold.attempts[0].slot, 5);
  EXPECT_EQ(fold.attempts[0].first_epoch, 4);
  EXPECT_EQ(fold.attempts[0].leased, at(1'500'000));
  ASSERT_EQ(fold.curve.size(), 2u);
  EXPECT_TRUE(std::isnan(fold.curve[0].value));
  EXPECT_EQ(fold.curve[0].metrics[1].second, kInfinity);
  EXPECT_EQ(fold.curve[1].value, -kInfinity);
  EXPECT_EQ(fold.curve[1].attempt, AttemptId(10));
  ASSERT_EQ(fold.artifacts.size(), 1u);
  EXPECT_EQ(fold.artifacts[0].artifact, sent.folds[0].artifacts[0].artifact);
}

TEST(RowCodec, WhatATrialLacksStaysAbsent) {
  TrialRow sent;
  sent.folds.emplace_back().attempts.emplace_back().id = AttemptId(1);
  const Result<TrialRow> row = decode(encode(sent));
  ASSERT_TRUE(row.ok()) << row.status().message();
  EXPECT_FALSE(row->value);
  EXPECT_FALSE(row->decision);
  EXPECT_FALSE(row->ended);
  EXPECT_FALSE(row->folds[0].value);
  EXPECT_FALSE(row->folds[0].attempts[0].ended);
}

TEST(RowCodec, EveryFieldOfAStudySurvivesTheWire) {
  const v1::Study message = encode(full_study());
  EXPECT_THAT(unset_fields(message), IsEmpty());
  EXPECT_EQ(there_and_back(message), message.SerializeAsString());
  const Result<StudyRow> row = decode(message);
  ASSERT_TRUE(row.ok()) << row.status().message();
  EXPECT_EQ(row->spec, full_study().spec);
  EXPECT_EQ(row->front, full_study().front);
  EXPECT_EQ(row->best, TrialNumber(12));
  EXPECT_EQ(row->best_value, -kInfinity);
  EXPECT_EQ(row->epochs_saved, 14);
}

TEST(RowCodec, EveryFieldOfAWorkerSurvivesTheWire) {
  WorkerRow sent{WorkerId(4), "gpu-1", "draining", 2, 1, {{"gpu", "a100"}}, "0.1.0", at(99)};
  const v1::Worker message = encode(sent);
  EXPECT_THAT(unset_fields(message), IsEmpty());
  EXPECT_EQ(there_and_back(message), message.SerializeAsString());
}

TEST(RowCodec, CellsKeepTheirKind) {
  const Table sent{{"a", "b"},
                   {{std::monostate{}, int64_t{0}},
                    {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()},
                    {0.0, -kInfinity},
                    {std::string(), std::string("text")}},
                   true};
  const Table back = decode(encode(sent));
  EXPECT_EQ(back.columns, sent.columns);
  EXPECT_EQ(back.rows, sent.rows);
  EXPECT_TRUE(back.truncated);
  const v1::QueryResponse nan = encode(Table{{"a"}, {{kNan}}, false});
  EXPECT_EQ(there_and_back(nan), nan.SerializeAsString());
}

// Rules grow stricter; what an earlier version accepted is still there to be read.
TEST(RowCodec, AStudyThatWouldBeRefusedTodayIsStillShown) {
  StudyRow row = full_study();
  row.spec.trials = 0;
  ASSERT_FALSE(row.spec.validate().ok());
  const Result<StudyRow> back = decode(encode(row));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->spec.trials, 0);
}

TEST(RowCodec, RefusesWhatIsNotSound) {
  const std::vector<std::function<void(v1::Trial&)>> faults{
      [](auto& m) { m.clear_state(); },
      [](auto& m) { m.set_state(static_cast<v1::TrialState>(99)); },
      [](auto& m) { m.set_cause(static_cast<v1::EndCause>(99)); },
      [](auto& m) { m.mutable_params(1)->mutable_value()->set_double_value(kNan); },
      [](auto& m) { *m.add_params() = m.params(0); },
      [](auto& m) { m.mutable_folds(0)->clear_state(); },
      [](auto& m) { m.mutable_folds(0)->mutable_attempts(0)->clear_state(); },
      [](auto& m) { m.mutable_folds(0)->mutable_curve(0)->mutable_metrics(0)->clear_name(); },
      [](auto& m) {
        m.mutable_folds(0)->mutable_artifacts(0)->mutable_artifact()->set_sha256("../../x");
      },
  };
  for (size_t i = 0; i < faults.size(); ++i) {
    v1::Trial message = encode(full_trial());
    faults[i](message);
    const Result<TrialRow> row = decode(message);
    ASSERT_FALSE(row.ok()) << "fault " << i;
    EXPECT_EQ(row.status().code(), StatusCode::kInvalidArgument) << "fault " << i;
  }
}

}  // namespace
}  // namespace foldmill::proto
