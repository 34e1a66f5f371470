#include "worker/trainer/models/encoder_file.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "worker/trainer/models/architecture.h"

namespace foldmill::trainer {
namespace {

// Mean and deviation of the training parts of two folds differ in the third digit; those of two
// data sets, or of two ways to normalise, differ in the first.
constexpr double kNormalizationTolerance = 0.05;

constexpr std::array<std::string_view, 4> kTypesWithEncoder = {"cae", "vae", "dae", "classifier"};

constexpr std::string_view kStack = "encoder.";  // what its weights begin with
constexpr std::string_view kVaesMean = "mu.0.";  // which stands where the code stood

std::string words(const Normalization& normalization) {
  return concat("mean ", format_number(normalization.mean()), " and std ",
                format_number(normalization.stddev()));
}

}  // namespace

EncoderFile::EncoderFile(const std::filesystem::path& path) : file_(path, "encoder") {
  const NetworkDescription& found = file_.description();
  const std::string& type = found.model.type;
  if (std::find(kTypesWithEncoder.begin(), kTypesWithEncoder.end(), type) ==
      kTypesWithEncoder.end())
    file_.fail(concat("is a ", type, ", which has no encoder"));
  // The encoder's knobs are those of an autoencoder, whatever it was part of.
  ModelSpec model = found.model;
  model.type = "cae";
  check_variant(model);
  const Knobs knobs(model, found.params);
  latent_dim_ = knobs.integer("latent_dim");
  chain_ = encoder_chain(model.variant, knobs, found.image);
}

void EncoderFile::check_fits(const Shape& image, const Normalization& normalization) const {
  file_.check_is(file_.description().model.type, image);
  const Normalization own = file_.normalization();
  const double shift = std::abs(normalization.mean() - own.mean());
  const double stretch = std::abs(normalization.stddev() / own.stddev() - 1);
  if (shift > kNormalizationTolerance || stretch > kNormalizationTolerance)
    file_.fail(concat("was trained on pixels normalised by ", words(own),
                      ", this study's are normalised by ", words(normalization),
                      "; set `normalize` under `data` as the encoder's study has it"));
}

void EncoderFile::copy_into(StackImpl& encoder) const {
  const bool of_vae = file_.description().model.type == "vae";
  const std::string last_layer = concat(chain_.size() - 1, ".");
  NamedTensors parameters;
  for (const auto& parameter : encoder.named_parameters()) {
    const std::string& name = parameter.key();
    const bool from_mean = of_vae && name.starts_with(last_layer);
    parameters.emplace_back(
        from_mean ? concat(kVaesMean, name.substr(last_layer.size())) : concat(kStack, name),
        parameter.value());
  }
  file_.copy_into(parameters);
}

}  // namespace foldmill::trainer
