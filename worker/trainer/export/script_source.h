#pragma once

#include <string>
#include <string_view>

#include "worker/trainer/models/layer.h"

// Networks as the text of TorchScript methods, for inference: dropout is left out. Free of torch.
namespace foldmill::trainer {

// `forward(x)` of a module whose child "i" holds `weight` and `bias` of layer i, where it has any.
std::string chain_script(const LayerChain& chain);

// The methods of a network of `model_type`, whose children are its chains (NetworkPlan) and whose
// attributes `mean` and `std` are the normalisation:
//   cae, dae, vae  encode(images), decode(codes), forward(images)
//   vae            posterior(images): means and logarithms of the variances; encode: the means
//   classifier     encode(images), forward(images): one number per class, before softmax
//   gan            decode(codes) and forward(codes): images; discriminate(images)
//   all            normalize(pixels in [0, 1]) and denormalize, its inverse
std::string model_script(std::string_view model_type);

}  // namespace foldmill::trainer
