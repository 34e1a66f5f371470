#include "worker/trainer/models/cae.h"

namespace foldmill::trainer {
namespace {

constexpr int64_t kSmallestSide = 3;  // of the maps between convolutions and dense layers
constexpr int64_t kSmallestArea = kSmallestSide * kSmallestSide;

torch::nn::Conv2dOptions down(int64_t in, int64_t out, int64_t padding) {
  return torch::nn::Conv2dOptions(in, out, 3).stride(2).padding(padding);
}

ConvTransposeOptions up(int64_t in, int64_t out, int64_t padding, int64_t output_padding) {
  ConvTransposeOptions options;
  options.in_channels = in;
  options.out_channels = out;
  options.padding = padding;
  options.output_padding = output_padding;
  return options;
}

}  // namespace

// The names count as a plain torch.nn.Sequential of the same layers does, activations included, so
// that Python needs no class of ours to load the weights.
Conv3EncoderImpl::Conv3EncoderImpl(const Conv3Options& options)
    : conv_1_(register_module("0", torch::nn::Conv2d(down(1, options.filters_1, 1)))),
      conv_2_(
          register_module("2", torch::nn::Conv2d(down(options.filters_1, options.filters_2, 1)))),
      conv_3_(
          register_module("4", torch::nn::Conv2d(down(options.filters_2, options.filters_3, 0)))),
      dense_1_(
          register_module("7", torch::nn::Linear(kSmallestArea * options.filters_3, options.fc))),
      dense_2_(register_module("9", torch::nn::Linear(options.fc, options.latent_dim))) {}

torch::Tensor Conv3EncoderImpl::forward(const torch::Tensor& images) {
  torch::Tensor x = conv_1_->forward(images).relu_();
  x = conv_2_->forward(x).relu_();
  x = conv_3_->forward(x).relu_();
  // Channels first again, whatever the layout in memory: the order of the dense layer's inputs.
  x = dense_1_->forward(x.contiguous().flatten(1)).relu_();
  return dense_2_->forward(x);
}

Conv3DecoderImpl::Conv3DecoderImpl(const Conv3Options& options)
    : filters_3_(options.filters_3),
      dense_1_(register_module("0", torch::nn::Linear(options.latent_dim, options.fc))),
      dense_2_(
          register_module("2", torch::nn::Linear(options.fc, kSmallestArea * options.filters_3))),
      conv_1_(
          register_module("5", ConvTranspose2d(up(options.filters_3, options.filters_2, 0, 0)))),
      conv_2_(
          register_module("7", ConvTranspose2d(up(options.filters_2, options.filters_1, 1, 1)))),
      conv_3_(register_module("9", ConvTranspose2d(up(options.filters_1, 1, 1, 1)))) {}

torch::Tensor Conv3DecoderImpl::forward(const torch::Tensor& codes) {
  torch::Tensor x = dense_1_->forward(codes).relu_();
  x = dense_2_->forward(x).relu_();
  x = x.view({-1, filters_3_, kSmallestSide, kSmallestSide});
  // Channels last from here on: half the time of channels first in oneDNN at these widths.
  x = x.contiguous(torch::MemoryFormat::ChannelsLast);
  x = conv_1_->forward(x).relu_();
  x = conv_2_->forward(x).relu_();
  return conv_3_->forward(x);
}

Conv3Impl::Conv3Impl(const Conv3Options& options)
    : encoder_(register_module("encoder", Conv3Encoder(options))),
      decoder_(register_module("decoder", Conv3Decoder(options))) {}

torch::Tensor Conv3Impl::forward(const torch::Tensor& images) { return decode(encode(images)); }

}  // namespace foldmill::trainer
