#include "proto/codec/study_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "proto/codec/status_codec.h"
#include "tests/unit/proto/codec_fixture.h"

namespace foldmill::proto {
namespace {

TEST(StudyCodec, EveryFieldSurvivesTheWire) {
  const StudySpec spec = constrained_spec();
  const std::string bytes = encode(spec).SerializeAsString();
  v1::StudySpec message;
  ASSERT_TRUE(message.ParseFromString(bytes));
  const Result<StudySpec> back = decode(message);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
}

StudySpec classifier_spec() {
  StudySpec spec = full_spec();
  spec.model = {};
  spec.model.type = "classifier";
  spec.model.variant = "conv4";
  spec.model.classes = 47;
  spec.model.encoder =
      EncoderSource{"my-cae", "7", "", true, false, ArtifactRef{std::string(64, 'a'), 4096}};
  spec.constants = {{"epochs", int64_t{5}}};
  spec.space = *SearchSpace::create({{"lr", *Distribution::make_float(1e-4, 8e-3, true), {}}});
  spec.objective = {"val_accuracy", Direction::kMaximize, Take::kBestEpoch};
  return spec;
}

void expect_survives(const StudySpec& spec) {
  const Result<StudySpec> back = decode(encode(spec));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
}

TEST(StudyCodec, EveryModelSurvivesTheWire) {
  StudySpec spec = classifier_spec();
  expect_survives(spec);
  spec.model.encoder = EncoderSource{"", "best", "/models/e", false, false, std::nullopt};
  expect_survives(spec);
  spec.model.encoder.reset();
  expect_survives(spec);
  spec.model.type = "dae";
  spec.model.target = Target::kUnit;
  spec.objective = {};
  expect_survives(spec);
}

// A client of the first version sends neither targets nor classes.
TEST(StudyCodec, WhatAnOlderClientLeavesOutHasItsDefault) {
  v1::ModelSpec message;
  message.set_type("cae");
  message.set_variant("conv3");
  const Result<ModelSpec> model = decode(message);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->target, Target::kInput);
  EXPECT_EQ(model->classes, 10);
  EXPECT_FALSE(model->encoder);
}

TEST(StudyCodec, RefusesUnsoundModels) {
  const std::vector<std::function<void(v1::ModelSpec&)>> faults{
      [](auto& m) { m.set_target("moon"); },
      [](auto& m) { m.mutable_encoder()->mutable_artifact()->set_sha256("ab"); },
      [](auto& m) { m.mutable_encoder()->mutable_artifact()->set_bytes(-1); }};
  for (const auto& commit : faults) {
    v1::ModelSpec message = encode(classifier_spec().model);
    commit(message);
    EXPECT_EQ(decode(message).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(StudyCodec, EveryPrunersOptionsSurviveTheWire) {
  const std::vector<PruningSpec> pruners{
      {.type = "none"},
      {.type = "median", .warmup_trials = 6, .warmup_epochs = 2, .interval = 3, .min_peers = 4},
      {.type = "percentile", .percentile = 30},
      {.type = "asha", .min_epochs = 2, .reduction_factor = 5},
      {.type = "hyperband", .min_peers = 1},
      {.type = "patient", .patience = 8, .min_delta = 0.25, .around = "median"},
      {.type = "threshold", .upper = 2},
      {.type = "race", .confidence = 0.9, .min_folds = 3}};
  for (const PruningSpec& pruning : pruners) {
    StudySpec spec = full_spec();
    spec.pruning = pruning;
    spec.folds.k = 5;
    const Result<StudySpec> back = decode(encode(spec));
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back->pruning, pruning);
  }
}

TEST(StudyCodec, EverySamplersOptionsSurviveTheWire) {
  const std::vector<SamplerSpec> samplers{{.type = "auto"},
                                          {.type = "tpe", .group = true},
                                          {.type = "grid", .grid_points = 2},
                                          {.type = "qmc", .sequence = "halton", .scramble = false},
                                          {.type = "gp", .deterministic = true, .max_trials = 70},
                                          {.type = "cmaes", .sigma = 0.25, .population = 9}};
  for (const SamplerSpec& sampler : samplers) {
    StudySpec spec = full_spec();
    spec.sampler = sampler;
    const Result<StudySpec> back = decode(encode(spec));
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back->sampler, sampler);
  }
}

TEST(StudyCodec, AnOlderClientsSamplerHasTheDefaultsOfTheLaterOptions) {
  v1::StudySpec message = encode(full_spec());
  v1::SamplerSpec* sampler = message.mutable_sampler();
  sampler->clear_group();
  sampler->clear_deterministic();
  sampler->clear_max_trials();
  sampler->clear_sequence();
  sampler->clear_scramble();
  sampler->clear_grid_points();
  sampler->clear_sigma();
  sampler->clear_population();
  const Result<StudySpec> back = decode(message);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->sampler, full_spec().sampler);
}

TEST(StudyCodec, AbsentOptionalsStayAbsent) {
  StudySpec spec = full_spec();
  spec.timeout_seconds.reset();
  spec.parallel.reset();
  spec.data.subset_train.reset();
  const Result<StudySpec> back = decode(encode(spec));
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(*back, spec);
}

TEST(StudyCodec, RefusesWhatIsNotSound) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::function<void(v1::StudySpec&)>> faults{
      [](auto& m) { m.Clear(); },
      [](auto& m) { m.set_name(""); },
      [](auto& m) { m.mutable_objective()->set_direction(v1::DIRECTION_UNSPECIFIED); },
      [](auto& m) { m.mutable_objective()->set_direction(static_cast<v1::Direction>(9)); },
      [](auto& m) { m.mutable_objective()->set_take("first"); },
      [](auto& m) { m.mutable_objective()->set_metric(""); },
      [](auto& m) { m.mutable_constraints(0)->set_relation("<"); },
      [](auto& m) { m.mutable_constraints(0)->set_bound(std::nan("")); },
      [](auto& m) { m.add_more_objectives()->set_metric("size"); },
      [](auto& m) { m.mutable_data()->set_normalize("loud"); },
      [](auto& m) { m.mutable_model()->set_type(""); },
      [](auto& m) { m.mutable_folds()->set_k(0); },
      [](auto& m) { m.mutable_sampler()->set_prior_weight(kNan); },
      [](auto& m) { m.mutable_space(0)->clear_distribution(); },
      [](auto& m) { m.mutable_space(0)->mutable_float_range()->set_low(kNan); },
      [](auto& m) { m.mutable_space(0)->mutable_float_range()->set_low(1); },
      [](auto& m) { m.mutable_space(2)->mutable_int_range()->set_step(0); },
      [](auto& m) { m.mutable_space(3)->mutable_choices()->clear_choices(); },
      [](auto& m) { m.mutable_space(4)->mutable_when(0)->set_parent("nobody"); },
      [](auto& m) { *m.add_space() = m.space(0); },
      [](auto& m) { *m.add_constants() = m.constants(0); },
      [](auto& m) { m.mutable_constants(0)->clear_value(); },
      [](auto& m) { m.mutable_constants(2)->mutable_value()->set_double_value(kNan); },
      [](auto& m) { m.set_trials(0); },
      [](auto& m) { m.set_source(std::string(kMaxStudySourceBytes + 1, 'x')); },
  };
  ASSERT_TRUE(decode(encode(constrained_spec())).ok());  // so that only the fault can be the reason
  for (size_t i = 0; i < faults.size(); ++i) {
    v1::StudySpec message = encode(constrained_spec());
    faults[i](message);
    const Result<StudySpec> back = decode(message);
    ASSERT_FALSE(back.ok()) << "fault " << i;
    EXPECT_EQ(back.status().code(), StatusCode::kInvalidArgument) << "fault " << i;
    EXPECT_FALSE(back.status().message().empty()) << "fault " << i;
  }
}

TEST(StatusCodec, CodesKeepTheirMeaning) {
  for (const Status& status :
       {ok_status(), not_found("x"), unavailable("y"), unauthenticated("z"), data_loss("d")})
    EXPECT_EQ(decode(encode(status)), status);
}

TEST(StatusCodec, ForeignCodesBecomeTheNearest) {
  EXPECT_EQ(decode(grpc::Status(grpc::StatusCode::ABORTED, "a")).code(), StatusCode::kUnavailable);
  EXPECT_EQ(decode(grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "a")).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(decode(grpc::Status(grpc::StatusCode::UNKNOWN, "a")).code(), StatusCode::kInternal);
  const Status unknown_call = decode(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, ""));
  EXPECT_EQ(unknown_call.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(unknown_call.message(), ::testing::HasSubstr("version"));
}

}  // namespace
}  // namespace foldmill::proto
