#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/artifact.h"

namespace foldmill {

// Where a classifier's encoder comes from: a trial of another study in the same database, or a
// model.safetensors that lies on the workers' machines. Its layers, widths and activation come with
// it, so the study names none of those knobs.
struct EncoderSource {
  std::string study;  // by name; empty when `file` is given
  // Or a trial's number, or `final`: what the other study's final training made of its best one.
  std::string trial = "best";
  std::string file;
  bool freeze = false;  // its weights are not trained
  bool wait = false;  // the study begins once the other one has completed, instead of being refused
  // The model.safetensors that (study, trial) stood for when this study was created: it goes on
  // meaning the same weights whatever the other study does later. Absent for a file.
  std::optional<ArtifactRef> artifact;
  friend bool operator==(const EncoderSource&, const EncoderSource&) = default;
};

// What an autoencoder's output is compared with: its input as normalised, or pixels in [0, 1].
enum class Target { kInput, kUnit };

// Which network family a trial trains, with its structural constants.
struct ModelSpec {
  std::string type = "cae";  // cae, vae, dae, classifier, gan, command, external
  std::string variant;       // gan: mlp; command, external: none; the others: conv3, conv4, scaled
  Target target = Target::kInput;          // cae, vae, dae
  int64_t classes = 10;                    // classifier
  std::optional<EncoderSource> encoder;    // classifier; absent: trained from random weights
  std::vector<std::string> command;        // type command: the user's trainer and its arguments
  std::string workdir;                     // type command; empty: where the worker runs
  std::map<std::string, std::string> env;  // type command: added to the environment
  friend bool operator==(const ModelSpec&, const ModelSpec&) = default;
};

std::string_view to_string(Target target);  // input, unit
std::optional<Target> parse_target(std::string_view text);

// Trained by code of the user's, which takes any parameters and reports any metrics.
bool is_users_code(const ModelSpec& model);  // command, external
// Not by workers: by loops that ask for trials and tell their results.
bool is_trained_outside(const ModelSpec& model);  // external

// The types, and the variants of a type: the first is the default. Empty where there are none.
const std::vector<std::string>& model_types();
const std::vector<std::string>& variants_of(std::string_view model_type);
Target default_target(std::string_view variant);  // unit for scaled, whose output is a sigmoid

// The images that a network is judged on after an epoch: those of the fold's validation part, none
// (it is trained on all there are), or the test images (nothing is trained).
enum class JudgedOn { kValidation, kNothing, kTest };

// The metrics that a trainer of ours reports each epoch for a model type, the natural objective
// first. Empty for `command` and `external`, who report what they like.
std::vector<std::string> metrics_of(std::string_view model_type,
                                    JudgedOn judged_on = JudgedOn::kValidation);
// What a metric is called when it is of the test images: val_loss and train_loss are test_loss,
// frechet_distance is test_frechet_distance; n_parameters stays.
std::string test_metric(std::string_view metric);
// Whether the study may leave `objective.metric` out.
bool has_natural_metric(std::string_view model_type);  // not: gan, command, external

}  // namespace foldmill
