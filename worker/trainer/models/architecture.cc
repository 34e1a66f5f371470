#include "worker/trainer/models/architecture.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

constexpr double kGanSlope = 0.2;  // of the leaky ReLUs

std::vector<ConvLayer> convolutions(std::string_view variant, const Knobs& knobs,
                                    int64_t channels) {
  if (variant == "scaled") {
    const int64_t n = knobs.integer("n_channels");
    return {{channels, n, 4, 2, 1}, {n, 2 * n, 3, 2, 1}, {2 * n, 4 * n, 3, 2, 0}};
  }
  const int64_t f1 = knobs.integer("filters_1");
  const int64_t f2 = knobs.integer("filters_2");
  const int64_t f3 = knobs.integer("filters_3");
  std::vector<ConvLayer> chain = {{channels, f1, 3, 2, 1}, {f1, f2, 3, 2, 1}, {f2, f3, 3, 2, 0}};
  if (variant == "conv4") chain.push_back({f3, knobs.integer("filters_4"), 3, 1, 1});
  return chain;
}

// The half of an autoencoder from image to code, and what its mirror has to know of it.
struct DownPart {
  std::vector<ConvLayer> convolutions;
  std::vector<Shape> inputs;  // of the convolutions
  Shape map;                  // after the last one
  int64_t fc = 0;
  Activation activation = Activation::kRelu;
  LayerChain chain;  // up to `fc` numbers, the activation included
};

DownPart plan_down(std::string_view variant, const Knobs& knobs, const Shape& image) {
  DownPart plan;
  plan.convolutions = convolutions(variant, knobs, image.channels);
  plan.fc = knobs.integer("fc");
  plan.activation = parse_activation(knobs.choice("activation"));
  plan.map = image;
  for (const ConvLayer& conv : plan.convolutions) {
    plan.inputs.push_back(plan.map);
    plan.map = shape_after(conv, plan.map, concat("encoder.", plan.chain.size()));
    plan.chain.emplace_back(conv);
    plan.chain.emplace_back(ActivationLayer{plan.activation});
  }
  plan.chain.emplace_back(FlattenLayer{});
  plan.chain.emplace_back(LinearLayer{plan.map.count(), plan.fc});
  plan.chain.emplace_back(ActivationLayer{plan.activation});
  return plan;
}

// The transposed convolution that makes `output` of what `conv` made of it.
ConvTransposeLayer mirror(const ConvLayer& conv, const Shape& output) {
  ConvTransposeLayer up{conv.out, conv.in, conv.kernel, conv.stride, conv.padding, 0, 0};
  const auto missing = [&](int64_t side) {
    return (side + 2 * conv.padding - conv.kernel) % conv.stride;
  };
  up.output_padding_height = missing(output.height);
  up.output_padding_width = missing(output.width);
  return up;
}

LayerChain decoder_chain(const DownPart& down, const Knobs& knobs) {
  const ActivationLayer between{down.activation};
  LayerChain chain = {LinearLayer{knobs.integer("latent_dim"), down.fc}, between,
                      LinearLayer{down.fc, down.map.count()}, between, UnflattenLayer{down.map}};
  for (size_t i = down.convolutions.size(); i-- > 0;) {
    chain.emplace_back(mirror(down.convolutions[i], down.inputs[i]));
    if (i > 0) chain.emplace_back(between);
  }
  const Activation last = parse_activation(knobs.choice("output_activation"));
  if (last != Activation::kNone) chain.emplace_back(ActivationLayer{last});
  return chain;
}

using Chains = std::vector<std::pair<std::string, LayerChain>>;

Chains autoencoder_chains(const ModelSpec& model, const Knobs& knobs, const Shape& image) {
  const DownPart down = plan_down(model.variant, knobs, image);
  return {{"encoder", encoder_chain(model.variant, knobs, image)},
          {"decoder", decoder_chain(down, knobs)}};
}

Chains vae_chains(const ModelSpec& model, const Knobs& knobs, const Shape& image) {
  DownPart down = plan_down(model.variant, knobs, image);
  LayerChain decoder = decoder_chain(down, knobs);
  const LinearLayer code{down.fc, knobs.integer("latent_dim")};
  return {{"encoder", std::move(down.chain)},
          {"mu", {code}},
          {"log_var", {code}},
          {"decoder", std::move(decoder)}};
}

LayerChain head_chain(const ModelSpec& model, const Knobs& knobs, int64_t latent_dim) {
  const int64_t hidden = knobs.integer("n_hidden");
  if (hidden == 0) return {LinearLayer{latent_dim, model.classes}};
  return {LinearLayer{latent_dim, hidden}, ActivationLayer{Activation::kRelu},
          DropoutLayer{knobs.number("dropout")}, LinearLayer{hidden, model.classes}};
}

Chains gan_chains(const Knobs& knobs, const Shape& image) {
  const ActivationLayer leaky{Activation::kLeakyRelu, kGanSlope};
  const DropoutLayer dropout{knobs.number("dropout")};
  LayerChain generator;
  int64_t width = knobs.integer("latent_dim");
  for (const int64_t next : {256, 512, 1024}) {
    generator.insert(generator.end(), {LinearLayer{width, next}, leaky});
    width = next;
  }
  generator.insert(generator.end(), {LinearLayer{width, image.count()},
                                     ActivationLayer{Activation::kTanh}, UnflattenLayer{image}});
  LayerChain discriminator = {FlattenLayer{}};
  width = image.count();
  for (const int64_t next : {1024, 512, 256}) {
    discriminator.insert(discriminator.end(), {LinearLayer{width, next}, leaky, dropout});
    width = next;
  }
  discriminator.insert(discriminator.end(),
                       {LinearLayer{width, 1}, ActivationLayer{Activation::kSigmoid}});
  return {{"generator", std::move(generator)}, {"discriminator", std::move(discriminator)}};
}

}  // namespace

void check_variant(const ModelSpec& model) {
  const std::vector<std::string>& known = variants_of(model.type);
  if (std::find(known.begin(), known.end(), model.variant) != known.end()) return;
  throw AttemptError(EndCause::kUserError,
                     known.empty()
                         ? concat("model type '", model.type, "' is not known to this trainer")
                         : concat("model ", model.type, ": variant '", model.variant,
                                  "' is not known to this trainer; it has ", join(known, ", ")));
}

LayerChain encoder_chain(std::string_view variant, const Knobs& knobs, const Shape& image) {
  DownPart down = plan_down(variant, knobs, image);
  down.chain.emplace_back(LinearLayer{down.fc, knobs.integer("latent_dim")});
  return std::move(down.chain);
}

NetworkPlan plan_network(const ModelSpec& model, const Knobs& knobs, const Shape& image) {
  const int64_t latent_dim = knobs.integer("latent_dim");
  if (model.type == "classifier")
    return plan_classifier(model, knobs, image, encoder_chain(model.variant, knobs, image),
                           latent_dim);
  NetworkPlan plan{model, image, latent_dim, {}};
  if (model.type == "gan")
    plan.chains = gan_chains(knobs, image);
  else if (model.type == "vae")
    plan.chains = vae_chains(model, knobs, image);
  else
    plan.chains = autoencoder_chains(model, knobs, image);
  return plan;
}

NetworkPlan plan_classifier(const ModelSpec& model, const Knobs& knobs, const Shape& image,
                            LayerChain encoder, int64_t latent_dim) {
  return {model,
          image,
          latent_dim,
          {{"encoder", std::move(encoder)}, {"head", head_chain(model, knobs, latent_dim)}}};
}

}  // namespace foldmill::trainer
