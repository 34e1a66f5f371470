#pragma once

#include "core/model_spec.h"
#include "worker/trainer/models/network.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// The networks of docs/study-file.md as plans. Each throws AttemptError (user_error), naming the
// layer and the sizes, where the images do not fit the layers. Sizes need not be 28x28: the decoder
// mirrors whatever maps the encoder makes of `image`.

// Throws AttemptError (user_error) unless the type is one that is trained here and has this
// variant.
void check_variant(const ModelSpec& model);

// Convolutions and dense layers from an image to its code: a chain that ends in `latent_dim`.
LayerChain encoder_chain(std::string_view variant, const Knobs& knobs, const Shape& image);

// The network that `model` names, its widths out of `knobs`. Not for a classifier whose encoder is
// given.
NetworkPlan plan_network(const ModelSpec& model, const Knobs& knobs, const Shape& image);

// A classifier on top of `encoder`, which makes codes of `latent_dim` numbers.
NetworkPlan plan_classifier(const ModelSpec& model, const Knobs& knobs, const Shape& image,
                            LayerChain encoder, int64_t latent_dim);

}  // namespace foldmill::trainer
