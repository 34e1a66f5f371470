#pragma once

#include <filesystem>

#include "worker/trainer/data/normalization.h"
#include "worker/trainer/models/model_file.h"
#include "worker/trainer/models/stack.h"

namespace foldmill::trainer {

// The encoder in a model.safetensors that a foldmill study left: of an autoencoder, plain or
// denoising, of a variational one (its mean is the code), or of a classifier.
class EncoderFile {
 public:
  // Reads and checks the file. Throws AttemptError: data_missing when it is absent or damaged,
  // user_error when it is not such a model.
  explicit EncoderFile(const std::filesystem::path& path);

  // Throws AttemptError (user_error) unless images of this shape, normalised like this, are what
  // the encoder was trained on.
  void check_fits(const Shape& image, const Normalization& normalization) const;

  const LayerChain& chain() const { return chain_; }
  int64_t latent_dim() const { return latent_dim_; }
  void copy_into(StackImpl& encoder) const;  // a stack of chain()

 private:
  ModelFile file_;
  LayerChain chain_;
  int64_t latent_dim_ = 0;
};

}  // namespace foldmill::trainer
