#include "worker/trainer/models/encoder_file.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/export/safetensors.h"
#include "worker/trainer/export/stored_tensors.h"
#include "worker/trainer/models/architecture.h"
#include "worker/trainer/models/network_description.h"

namespace foldmill::trainer {
namespace {

// Mean and deviation of the training parts of two folds differ in the third digit; those of two
// data sets, or of two ways to normalise, differ in the first.
constexpr double kNormalizationTolerance = 0.05;

constexpr std::array<std::string_view, 4> kTypesWithEncoder = {"cae", "vae", "dae", "classifier"};

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view why) {
  throw AttemptError(EndCause::kUserError, concat("encoder ", path.string(), ": ", why));
}

std::string words(const Normalization& normalization) {
  return concat("mean ", format_number(normalization.mean()), " and std ",
                format_number(normalization.stddev()));
}

}  // namespace

EncoderFile::EncoderFile(const std::filesystem::path& path) : path_(path) {
  const SafetensorsFile file = read_safetensors(path);
  const auto described = file.metadata.find(std::string(kDescriptionKey));
  if (described == file.metadata.end())
    fail(path, "does not say what network it holds; name a model.safetensors of a foldmill study");
  const NetworkDescription found = parse_description(described->second, path.string());
  const std::string& type = found.model.type;
  if (std::find(kTypesWithEncoder.begin(), kTypesWithEncoder.end(), type) ==
      kTypesWithEncoder.end())
    fail(path, concat("is a ", type, ", which has no encoder"));
  image_ = found.image;
  normalization_ = {found.mean, found.stddev};
  // The encoder's knobs are those of an autoencoder, whatever it was part of.
  ModelSpec model = found.model;
  model.type = "cae";
  check_variant(model);
  const Knobs knobs(model, found.params);
  latent_dim_ = knobs.integer("latent_dim");
  chain_ = encoder_chain(model.variant, knobs, image_);
  for (const StoredTensor& stored : file.tensors) {
    const std::string_view name = stored.name;
    if (name.starts_with("encoder."))
      weights_.emplace_back(name.substr(8), to_tensor(stored));
    else if (type == "vae" && name.starts_with("mu.0."))  // the mean stands where the code stood
      weights_.emplace_back(concat(chain_.size() - 1, ".", name.substr(5)), to_tensor(stored));
  }
}

void EncoderFile::check_fits(const Shape& image, const Normalization& normalization) const {
  if (image != image_)
    fail(path_, concat("was trained on images of ", describe(image_), ", these are ",
                       describe(image), "; use the data it was trained on"));
  const double shift = std::abs(normalization.mean() - normalization_.mean());
  const double stretch = std::abs(normalization.stddev() / normalization_.stddev() - 1);
  if (shift > kNormalizationTolerance || stretch > kNormalizationTolerance)
    fail(path_, concat("was trained on pixels normalised by ", words(normalization_),
                       ", this study's are normalised by ", words(normalization),
                       "; set `normalize` under `data` as the encoder's study has it"));
}

void EncoderFile::copy_into(StackImpl& encoder) const {
  const torch::NoGradGuard without_gradients;
  auto parameters = encoder.named_parameters();
  for (auto& parameter : parameters) {
    const auto found = std::find_if(weights_.begin(), weights_.end(), [&](const auto& named) {
      return named.first == parameter.key();
    });
    if (found == weights_.end() || found->second.sizes() != parameter.value().sizes())
      fail(path_, concat("its weights encoder.", parameter.key(),
                         " do not fit what the file says of its layers"));
    parameter.value().copy_(found->second);
  }
}

}  // namespace foldmill::trainer
