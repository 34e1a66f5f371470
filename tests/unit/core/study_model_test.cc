#include <limits>

#include "core/knob.h"
#include "tests/unit/core/study_faults.h"

namespace foldmill {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

StudySpec sound_spec_of(const std::string& type, const std::string& variant) {
  StudySpec spec = sound_spec();
  spec.model.type = type;
  spec.model.variant = variant;
  spec.constants = {{"epochs", int64_t{5}}};
  return spec;
}

StudySpec sound_gan_spec() {
  StudySpec spec = sound_spec_of("gan", "mlp");
  spec.data.normalize = Normalize::kSymmetric;
  spec.space = one_range("lr_generator", *Distribution::make_float(1e-5, 1e-2, true));
  spec.enqueue = {};
  spec.objective.metric = "frechet_distance";
  return spec;
}

StudySpec sound_classifier_spec() {
  StudySpec spec = sound_spec_of("classifier", "conv3");
  spec.model.encoder = EncoderSource{"my-cae", "best", "", true, false, std::nullopt};
  spec.objective = {"val_accuracy", Direction::kMaximize, Take::kBestEpoch};
  return spec;
}

auto constant(const char* name, ParameterValue value) {
  return [=](StudySpec& s) { s.constants.set(name, value); };
}

TEST(StudyModel, EveryTypeAndVariantIsSound) {
  for (const std::string type : {"cae", "vae", "dae", "classifier"})
    for (const std::string variant : {"conv3", "conv4", "scaled"})
      EXPECT_EQ(sound_spec_of(type, variant).validate(), ok_status()) << type << ' ' << variant;
  EXPECT_EQ(sound_gan_spec().validate(), ok_status());
  EXPECT_EQ(sound_classifier_spec().validate(), ok_status());
}

TEST(StudyModel, RefusesUnknownData) {
  expect_refused(
      sound_spec(),
      {{"data.dataset: 'fashion-mnits' is not known; did you mean 'fashion-mnist'?",
        [](StudySpec& s) { s.data.dataset = "fashion-mnits"; }},
       {"choose one of fashion-mnist, mnist, idx, npy, image-folder, csv",
        [](StudySpec& s) { s.data.dataset = "cifar"; }},
       {"data.path: dataset 'idx' needs", [](StudySpec& s) { s.data.dataset = "idx"; }},
       {"data.path: dataset 'npy' needs", [](StudySpec& s) { s.data.dataset = "npy"; }},
       {"data.path: dataset 'image-folder' needs",
        [](StudySpec& s) { s.data.dataset = "image-folder"; }},
       {"data.path: dataset 'csv' needs", [](StudySpec& s) { s.data.dataset = "csv"; }},
       {"data.subset.train: must be at least 1", [](StudySpec& s) { s.data.subset_train = 0; }}});
}

TEST(StudyModel, GivenStatisticsAreANumberAndAPositiveOne) {
  StudySpec spec = sound_spec();
  spec.data.normalize = Normalize::kGiven;
  spec.data.mean = 0.286;
  spec.data.stddev = 0.353;
  EXPECT_EQ(spec.validate(), ok_status());
  expect_refused(spec, {{"data.normalize.mean: must be a finite number, got nan",
                         [](StudySpec& s) { s.data.mean = kNan; }},
                        {"data.normalize.std: must be a positive number, got 0",
                         [](StudySpec& s) { s.data.stddev = 0; }},
                        {"data.normalize.std: must be a positive number, got nan",
                         [](StudySpec& s) { s.data.stddev = kNan; }}});
}

TEST(StudyModel, RefusesUnknownModels) {
  expect_refused(
      sound_spec(),
      {{"model.type: 'vea' is not known; did you mean 'vae'?",
        [](StudySpec& s) { s.model.type = "vea"; }},
       {"choose one of cae, vae, dae, classifier, gan, command",
        [](StudySpec& s) { s.model.type = "transformer"; }},
       {"model.variant: 'conv2' is not known; did you mean 'conv3'?",
        [](StudySpec& s) { s.model.variant = "conv2"; }},
       {"model.variant: 'mlp' is not known; choose one of conv3, conv4, scaled",
        [](StudySpec& s) { s.model.variant = "mlp"; }},
       {"model.run: only type 'command'", [](StudySpec& s) { s.model.command = {"x"}; }}});
  expect_refused(sound_command_spec(),
                 {{"needs the program", [](StudySpec& s) { s.model.command.clear(); }},
                  {"needs the program", [](StudySpec& s) { s.model.command = {""}; }},
                  {"has none", [](StudySpec& s) { s.model.variant = "conv3"; }}});
}

TEST(StudyModel, OnlyAutoencodersHaveATarget) {
  StudySpec spec = sound_spec();
  spec.model.target = Target::kUnit;
  EXPECT_EQ(spec.validate(), ok_status());
  expect_refused(sound_classifier_spec(), {{"model.target: only the types cae, vae and dae",
                                            [](StudySpec& s) { s.model.target = Target::kUnit; }}});
}

TEST(StudyModel, ClassesAreWithinReason) {
  expect_refused(sound_classifier_spec(), {{"model.classes: must be at least 2, got 1",
                                            [](StudySpec& s) { s.model.classes = 1; }},
                                           {"model.classes: must be at most 1000, got 1001",
                                            [](StudySpec& s) { s.model.classes = 1001; }}});
}

TEST(StudyModel, AnEncoderHasOneSource) {
  expect_refused(
      sound_classifier_spec(),
      {{"model.encoder: only type 'classifier' has it", [](StudySpec& s) { s.model.type = "cae"; }},
       {"model.encoder: name one source", [](StudySpec& s) { s.model.encoder->study = ""; }},
       {"model.encoder: name one source", [](StudySpec& s) { s.model.encoder->file = "/x"; }},
       {"model.encoder.from.study: 'fashion-cae' is this very study",
        [](StudySpec& s) { s.model.encoder->study = s.name; }},
       {"model.encoder.from.trial: must be best, final or a trial's number, got 'worst'",
        [](StudySpec& s) { s.model.encoder->trial = "worst"; }},
       {"model.encoder.from.trial: must be best, final or a trial's number, got '-1'",
        [](StudySpec& s) { s.model.encoder->trial = "-1"; }},
       {"model.encoder: a file has no stored weights beside it",
        [](StudySpec& s) {
          s.model.encoder =
              EncoderSource{"", "best", "/x", false, false, ArtifactRef{std::string(64, 'a'), 1}};
        }},
       {"params of model 'classifier': 'fc' is not known", constant("fc", int64_t{64})}});
  StudySpec spec = sound_classifier_spec();
  spec.model.encoder->trial = "0";
  EXPECT_EQ(spec.validate(), ok_status());
  spec.model.encoder = EncoderSource{"", "best", "/models/model.safetensors", false, false, std::nullopt};
  EXPECT_EQ(spec.validate(), ok_status());
}

TEST(StudyModel, RefusesUnusableObjectives) {
  expect_refused(
      sound_spec(),
      {{"objective.metric: 'val_los' is not known; did you mean 'val_loss'?",
        [](StudySpec& s) { s.objective.metric = "val_los"; }},
       {"objective.metric: name the metric", [](StudySpec& s) { s.objective.metric = ""; }}});
  expect_refused(sound_command_spec(), {{"objective.metric: name the metric",
                                         [](StudySpec& s) { s.objective.metric = ""; }}});
  expect_refused(sound_gan_spec(),
                 {{"'val_loss' is not known; choose one of frechet_distance, d_loss, g_loss",
                   [](StudySpec& s) { s.objective.metric = "val_loss"; }}});
  expect_refused(sound_classifier_spec(),
                 {{"objective.direction: the greater 'val_accuracy' is the better",
                   [](StudySpec& s) { s.objective.direction = Direction::kMinimize; }}});
}

TEST(StudyModel, AGanEndsInTanh) {
  for (const Normalize other : {Normalize::kUnit, Normalize::kStandard, Normalize::kGiven})
    expect_refused(sound_gan_spec(), {{"so it wants symmetric, got ",
                                       [=](StudySpec& s) { s.data.normalize = other; }}});
}

TEST(StudyModel, CrossEntropyWantsProbabilitiesOnBothSides) {
  StudySpec spec = sound_spec();
  spec.data.normalize = Normalize::kStandard;
  spec.model.target = Target::kUnit;
  spec.constants.set("loss", Text("bce"));
  spec.constants.set("output_activation", Text("sigmoid"));
  EXPECT_EQ(spec.validate(), ok_status());
  expect_refused(spec,
                 {{"params.loss: bce wants outputs between 0 and 1; add output_activation: sigmoid",
                   constant("output_activation", Text("tanh"))},
                  {"params.loss: bce wants a target between 0 and 1; add target: unit",
                   [](StudySpec& s) { s.model.target = Target::kInput; }}});
  spec.model.target = Target::kInput;
  spec.data.normalize = Normalize::kUnit;
  EXPECT_EQ(spec.validate(), ok_status());
}

TEST(StudyModel, TheScaledVariantEndsInASigmoidAnyway) {
  StudySpec spec = sound_spec_of("cae", "scaled");
  spec.constants.set("loss", Text("bce"));
  EXPECT_EQ(spec.validate(), ok_status());
}

TEST(StudyModel, LossesOfDifferentKindsAreNotCompared) {
  StudySpec spec = sound_spec_of("cae", "scaled");
  spec.space =
      one_range("loss", *Distribution::make_categorical({Text("mse"), Text("l1"), Text("bce")}));
  spec.enqueue = {};
  spec.objective.metric = "val_mse_unit";
  EXPECT_EQ(spec.validate(), ok_status());
  expect_refused(spec, {{"objective.metric: 'val_loss' of one loss cannot be compared",
                         [](StudySpec& s) { s.objective.metric = "val_loss"; }},
                        {"params.loss: bce wants outputs between 0 and 1",
                         [](StudySpec& s) { s.model.variant = "conv3"; }}});
}

TEST(StudyModel, WhatMakesTheLossEasierIsNotSearched) {
  StudySpec noisy = sound_spec_of("dae", "conv3");
  noisy.enqueue = {};
  noisy.space = one_range("noise_sigma", *Distribution::make_float(0, 1));
  expect_refused(noisy, {{"params.noise_sigma: the noise is the task", [](StudySpec&) {}}});
  StudySpec vae = sound_spec_of("vae", "conv3");
  vae.enqueue = {};
  vae.space = one_range("kl_weight", *Distribution::make_float(0, 4));
  expect_refused(vae, {{"smallest params.kl_weight", [](StudySpec&) {}}});
  vae.objective.metric = "val_mse_unit";
  EXPECT_EQ(vae.validate(), ok_status());
}

TEST(StudyModel, AnEncodersFileIsNamedInFull) {
  StudySpec spec = sound_spec_of("classifier", "conv3");
  spec.model.encoder = EncoderSource{"", "best", "model.safetensors", false, false, std::nullopt};
  spec.space = {};
  spec.enqueue = {};
  spec.constants = {{"epochs", int64_t{2}}};
  expect_refused(spec, {{"write the whole path", [](StudySpec&) {}}});
}

TEST(StudyModel, NesterovWantsSgdAndMomentum) {
  StudySpec spec = sound_spec();  // its optimizer may be sgd, its momentum up to 0.99
  spec.constants.set("nesterov", true);
  expect_refused(spec, {{"params.nesterov: it is of optimizer sgd alone", [](StudySpec&) {}}});
  spec.space = {};
  spec.enqueue = {};
  spec.constants.set("optimizer", Text("sgd"));
  expect_refused(
      spec, {{"params.nesterov: it wants momentum", [](StudySpec&) {}},
             {"params.nesterov: it is of optimizer sgd", constant("optimizer", Text("adam"))}});
  spec.constants.set("momentum", 0.9);
  EXPECT_EQ(spec.validate(), ok_status());
}

// A study with one constant more, and no ranges.
StudySpec with_constants(StudySpec spec,
                         const std::vector<std::pair<const char*, ParameterValue>>& set) {
  spec.space = {};
  spec.enqueue = {};
  for (const auto& [name, value] : set) spec.constants.set(name, value);
  return spec;
}

TEST(StudyModel, ConstantsThatNoTrialReadsAreRefused) {
  const auto nothing = [](StudySpec&) {};
  const StudySpec cae = sound_spec();
  expect_refused(with_constants(cae, {{"momentum", 0.9}}),
                 {{"params.momentum: has no effect with optimizer: adam; remove it, or choose "
                   "optimizer from sgd, rmsprop",
                   nothing}});
  expect_refused(with_constants(cae, {{"optimizer", Text("sgd")}, {"beta2", 0.9}}),
                 {{"params.beta2: has no effect with optimizer: sgd", nothing}});
  expect_refused(with_constants(cae, {{"lr_schedule", Text("cosine")}, {"lr_gamma", 0.5}}),
                 {{"params.lr_gamma: has no effect with lr_schedule: cosine", nothing}});
  expect_refused(with_constants(sound_spec_of("dae", "conv3"), {{"noise_p", 0.5}}),
                 {{"params.noise_p: has no effect with noise: gaussian", nothing}});
  EXPECT_EQ(with_constants(cae, {{"optimizer", Text("rmsprop")}, {"momentum", 0.9}}).validate(),
            ok_status());
}

TEST(StudyModel, ClassifiersKnobsWithoutEffectAreRefused) {
  const auto nothing = [](StudySpec&) {};
  const StudySpec classifier = sound_spec_of("classifier", "conv3");
  expect_refused(with_constants(classifier, {{"dropout", 0.5}}),
                 {{"params.dropout: has no effect with n_hidden: 0", nothing}});
  EXPECT_EQ(with_constants(classifier, {{"dropout", 0.5}, {"n_hidden", int64_t{8}}}).validate(),
            ok_status());
  StudySpec frozen = sound_spec_of("classifier", "conv3");
  frozen.constants = {{"epochs", int64_t{2}}};
  frozen.model.encoder = EncoderSource{"", "best", "/m.safetensors", true, false, std::nullopt};
  expect_refused(
      with_constants(frozen, {{"encoder_lr_factor", 0.5}}),
      {{"params.encoder_lr_factor: has no effect on an encoder that is frozen", nothing}});
  frozen.model.encoder->freeze = false;
  EXPECT_EQ(with_constants(frozen, {{"encoder_lr_factor", 0.5}}).validate(), ok_status());
}

TEST(StudyModel, RangesAreSearchedOnlyWhereTheyHaveAnEffect) {
  StudySpec spec = sound_spec();
  spec.enqueue = {};
  const Distribution optimizer =
      *Distribution::make_categorical({Text("adam"), Text("sgd"), Text("rmsprop")});
  const auto searching = [&](std::vector<Condition> when) {
    spec.space =
        *SearchSpace::create({{"optimizer", optimizer, {}},
                              {"nesterov",
                               *Distribution::make_categorical({true, false}),
                               {{"optimizer", {Text("sgd")}}}},
                              {"momentum", *Distribution::make_float(0, 0.99), std::move(when)}});
    return spec;
  };
  expect_refused(searching({}),
                 {{"params.momentum: has no effect in trials of another optimizer; add "
                   "to its range when: {optimizer: [sgd, rmsprop]}",
                   [](StudySpec&) {}}});
  EXPECT_FALSE(searching({{"optimizer", {Text("sgd"), Text("adam")}}}).validate().ok());
  EXPECT_EQ(searching({{"optimizer", {Text("sgd"), Text("rmsprop")}}}).validate(), ok_status());
  EXPECT_EQ(searching({{"nesterov", {true, false}}}).validate(), ok_status())
      << "nesterov is there for sgd alone";
}

TEST(StudyModel, LoopsOutsideBringEverythingThemselves) {
  StudySpec outside = sound_command_spec();
  outside.data = {};
  outside.model = {};
  outside.model.type = "external";
  EXPECT_EQ(outside.validate(), ok_status());
  outside.constants = {};
  EXPECT_EQ(outside.validate(), ok_status()) << "without epochs there is one";
  EXPECT_EQ(outside.max_epochs(), 1);
  expect_refused(
      outside,
      {{"data.dataset: a loop outside reads its own",
        [](StudySpec& s) { s.data.dataset = "mnist"; }},
       {"model: type 'external' has no other keys", [](StudySpec& s) { s.model.command = {"x"}; }},
       {"model: type 'external' has no other keys", [](StudySpec& s) { s.model.variant = "mlp"; }},
       {"resources.labels: they choose workers",
        [](StudySpec& s) { s.resources.labels["pool"] = "lab"; }}});
}

// The defaults make a sound study, so each lies within its own limits.
TEST(StudyModel, DefaultsOfEveryKnobAreAllowed) {
  for (const std::string& type : model_types())
    for (const std::string& variant : variants_of(type)) {
      StudySpec spec = type == "gan" ? sound_gan_spec() : sound_spec_of(type, variant);
      spec.space = {};
      spec.enqueue = {};
      for (const KnobInfo& knob : knobs_of(spec.model))
        spec.constants.set(std::string(knob.name), knob.fallback);
      EXPECT_EQ(spec.validate(), ok_status()) << type << ' ' << variant;
    }
}

}  // namespace
}  // namespace foldmill
