#include "core/knob.h"

#include <gtest/gtest.h>

#include "core/study.h"
#include "core/text.h"

namespace foldmill {
namespace {

ModelSpec model(std::string type, std::string variant) {
  ModelSpec spec;
  spec.type = std::move(type);
  spec.variant = std::move(variant);
  return spec;
}

std::string names_of(const ModelSpec& spec) {
  std::vector<std::string> names;
  for (const KnobInfo& knob : knobs_of(spec)) names.emplace_back(knob.name);
  return join(names, " ");
}

const std::string kTraining =
    "lr optimizer weight_decay momentum nesterov beta1 beta2 lr_schedule lr_step_epochs lr_gamma "
    "grad_clip batch_size deterministic epochs";

TEST(Knobs, NothingIsKnownOfCommandsAndStrangers) {
  EXPECT_TRUE(knobs_of(model("command", "")).empty());
  EXPECT_TRUE(knobs_of(model("cae", "conv9")).empty());
  EXPECT_TRUE(knobs_of(model("gan", "conv3")).empty());
}

TEST(Knobs, ThoseOfTheStructureComeFirst) {
  EXPECT_EQ(names_of(model("cae", "conv3")),
            concat("filters_1 filters_2 filters_3 fc latent_dim activation output_activation loss ",
                   kTraining));
  EXPECT_EQ(
      names_of(model("vae", "scaled")),
      concat("n_channels fc latent_dim activation output_activation loss kl_weight ", kTraining));
  EXPECT_EQ(names_of(model("dae", "conv4")),
            concat("filters_1 filters_2 filters_3 filters_4 fc latent_dim activation "
                   "output_activation loss noise noise_sigma noise_p ",
                   kTraining));
}

TEST(Knobs, AGivenEncoderBringsItsOwnLayers) {
  ModelSpec spec = model("classifier", "conv3");
  EXPECT_EQ(names_of(spec), concat("filters_1 filters_2 filters_3 fc latent_dim activation "
                                   "n_hidden dropout encoder_lr_factor ",
                                   kTraining));
  spec.encoder = EncoderSource();
  EXPECT_EQ(names_of(spec), concat("n_hidden dropout encoder_lr_factor ", kTraining));
}

TEST(Knobs, AGanLearnsAtTwoRates) {
  const std::string names = names_of(model("gan", "mlp"));
  EXPECT_TRUE(names.starts_with("latent_dim dropout lr_generator lr_discriminator optimizer "));
  for (const KnobInfo& knob : knobs_of(model("gan", "mlp"))) {
    EXPECT_NE(knob.name, "lr");
    if (knob.name == "beta1") {
      EXPECT_EQ(knob.fallback, ParameterValue(0.5));
    }
  }
}

}  // namespace
}  // namespace foldmill
