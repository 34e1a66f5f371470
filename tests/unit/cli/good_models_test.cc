// Every model type as a study file names it.
#include <gtest/gtest.h>

#include "cli/study_file/study_file.h"

namespace foldmill::cli {
namespace {

StudySpec read(const std::string& text) {
  auto spec = read_study_text("s.yaml", text);
  EXPECT_TRUE(spec.ok()) << spec.status().message();
  return spec.ok() ? *spec : StudySpec();
}

StudySpec read_model(const std::string& model, const std::string& rest = "") {
  return read("name: s\ndata: {dataset: mnist}\nmodel: " + model + "\n" + rest);
}

TEST(ModelFile, AutoencodersHaveVariantsAndATarget) {
  EXPECT_EQ(read_model("{type: vae}").model.variant, "conv3");
  EXPECT_EQ(read_model("{type: vae}").model.target, Target::kInput);
  EXPECT_EQ(read_model("{type: dae, variant: conv4, target: unit}").model.target, Target::kUnit);
  EXPECT_EQ(read_model("{type: cae, variant: scaled}").model.target, Target::kUnit)
      << "a sigmoid's output is compared with pixels in [0, 1]";
  EXPECT_EQ(read_model("{type: cae, variant: scaled, target: input}").model.target, Target::kInput);
}

TEST(ModelFile, LoopsOutsideNeedNoMoreThanTheirParameters) {
  const StudySpec spec = read("name: s\nmodel: {type: external}\nparams: {x: {float: [0, 1]}}\n");
  EXPECT_TRUE(is_trained_outside(spec.model));
  EXPECT_EQ(spec.objective.metric, "value");
  EXPECT_EQ(spec.max_epochs(), 1);
}

TEST(ModelFile, KnobsFollowTheVariant) {
  const StudySpec spec =
      read_model("{type: dae, variant: scaled}",
                 "params: {n_channels: {int: [4, 32], step: 4}, noise: mixture, noise_p: 0.1}\n");
  EXPECT_EQ(spec.space.parameters().at(0).name, "n_channels");
  EXPECT_EQ(spec.constants.get_string("noise"), "mixture");
  EXPECT_EQ(spec.constants.get_double("noise_sigma"), 0.3);
  EXPECT_EQ(spec.constants.get_string("output_activation"), "sigmoid");
}

TEST(ModelFile, AClassifierFromRandomWeights) {
  const StudySpec spec = read_model("{type: classifier, classes: 47}");
  EXPECT_EQ(spec.model.classes, 47);
  EXPECT_FALSE(spec.model.encoder);
  EXPECT_EQ(spec.constants.get_int("n_hidden"), 0);
}

TEST(ModelFile, AClassifierFromAnotherStudy) {
  const StudySpec spec = read_model(
      "{type: classifier, encoder: {from: {study: my-cae, trial: 12, part: encoder}, freeze: true, "
      "wait: false}}",
      "objective: {metric: val_accuracy, direction: maximize, take: best_epoch}\n");
  EXPECT_EQ(spec.model.encoder, (EncoderSource{"my-cae", "12", "", true, false, std::nullopt}));
  EXPECT_FALSE(spec.constants.contains("filters_1"));
  const StudySpec best = read_model("{type: classifier, encoder: {from: {study: my-cae}}}");
  EXPECT_EQ(best.model.encoder, (EncoderSource{"my-cae", "best", "", false, false, std::nullopt}));
}

TEST(ModelFile, AClassifierFromAFile) {
  const StudySpec spec =
      read_model("{type: classifier, encoder: {file: /models/model.safetensors}}");
  EXPECT_EQ(spec.model.encoder,
            (EncoderSource{"", "best", "/models/model.safetensors", false, false, std::nullopt}));
}

TEST(ModelFile, AGan) {
  const StudySpec spec = read(
      "name: s\ndata: {dataset: mnist, normalize: symmetric}\nmodel: {type: gan}\n"
      "objective: {metric: frechet_distance}\n");
  EXPECT_EQ(spec.model.variant, "mlp");
  EXPECT_EQ(spec.constants.get_double("beta1"), 0.5);
  EXPECT_FALSE(spec.constants.contains("lr"));
}

TEST(ModelFile, GivenStatistics) {
  const StudySpec spec =
      read("name: s\ndata: {dataset: csv, path: /d.csv, normalize: {mean: 0.13, std: 0.31}}\n");
  EXPECT_EQ(spec.data.normalize, Normalize::kGiven);
  EXPECT_EQ(spec.data.mean, 0.13);
  EXPECT_EQ(spec.data.stddev, 0.31);
}

TEST(ModelFile, CrossEntropyOfSigmoids) {
  const StudySpec spec =
      read_model("{type: cae}", "params: {loss: bce, output_activation: sigmoid}\n");
  EXPECT_EQ(spec.constants.get_string("loss"), "bce");
}

}  // namespace
}  // namespace foldmill::cli
