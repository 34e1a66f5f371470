#pragma once

#include <memory>

#include "worker/trainer/models/conv_transpose.h"
#include "worker/trainer/models/model.h"

namespace foldmill::trainer {

struct Conv3Options {
  int64_t filters_1 = 16;
  int64_t filters_2 = 32;
  int64_t filters_3 = 64;
  int64_t fc = 64;
  int64_t latent_dim = 2;
};

// The images conv3 is made for: 28 -> 14 -> 7 -> 3 pixels a side and back.
inline constexpr int64_t kConv3ImageSide = 28;

// Images to codes: three convolutions of stride 2, two dense layers.
class Conv3EncoderImpl : public torch::nn::Module {
 public:
  explicit Conv3EncoderImpl(const Conv3Options& options);
  torch::Tensor forward(const torch::Tensor& images);

 private:
  torch::nn::Conv2d conv_1_, conv_2_, conv_3_;
  torch::nn::Linear dense_1_, dense_2_;
};
TORCH_MODULE(Conv3Encoder);

// Codes to images: the encoder mirrored, without an activation at the end.
class Conv3DecoderImpl : public torch::nn::Module {
 public:
  explicit Conv3DecoderImpl(const Conv3Options& options);
  torch::Tensor forward(const torch::Tensor& codes);

 private:
  int64_t filters_3_;
  torch::nn::Linear dense_1_, dense_2_;
  ConvTranspose2d conv_1_, conv_2_, conv_3_;
};
TORCH_MODULE(Conv3Decoder);

// The convolutional autoencoder `cae`, variant conv3. Its parameters are initialised from torch's
// global generator, in the order of the layers.
class Conv3Impl : public Model {
 public:
  explicit Conv3Impl(const Conv3Options& options);
  torch::Tensor forward(const torch::Tensor& images) override;
  torch::Tensor encode(const torch::Tensor& images) { return encoder_->forward(images); }
  torch::Tensor decode(const torch::Tensor& codes) { return decoder_->forward(codes); }

 private:
  Conv3Encoder encoder_;
  Conv3Decoder decoder_;
};

}  // namespace foldmill::trainer
