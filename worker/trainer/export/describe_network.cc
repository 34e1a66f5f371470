#include "worker/trainer/export/describe_network.h"

#include <algorithm>

#include "core/knob.h"
#include "core/text.h"

namespace foldmill::trainer {
namespace {

// Those that are about layers outside the encoder.
constexpr std::array<std::string_view, 3> kOtherStructure = {"output_activation", "n_hidden",
                                                             "dropout"};

template <class Kind>
std::vector<Kind> layers_of(const LayerChain& chain) {
  std::vector<Kind> found;
  for (const Layer& layer : chain)
    if (const auto* wanted = std::get_if<Kind>(&layer)) found.push_back(*wanted);
  return found;
}

std::string variant_of(const std::vector<ConvLayer>& convolutions) {
  constexpr int64_t kFirstKernelOfScaled = 4;
  if (convolutions.front().kernel == kFirstKernelOfScaled) return "scaled";
  return concat("conv", convolutions.size());
}

void describe_encoder(const LayerChain& chain, NetworkDescription& description) {
  const std::vector<ConvLayer> convolutions = layers_of<ConvLayer>(chain);
  description.model.variant = variant_of(convolutions);
  if (description.model.variant == "scaled")
    description.params.set("n_channels", convolutions.front().out);
  else
    for (size_t i = 0; i < convolutions.size(); ++i)
      description.params.set(concat("filters_", i + 1), convolutions[i].out);
  description.params.set("fc", layers_of<LinearLayer>(chain).front().out);
  const Activation activation = layers_of<ActivationLayer>(chain).front().activation;
  description.params.set("activation", std::string(to_string(activation)));
}

}  // namespace

ParameterSet with_defaults(const ModelSpec& model, const ParameterSet& params) {
  ParameterSet all = params;
  for (const KnobInfo& knob : knobs_of(model))
    if (!all.contains(knob.name)) all.set(std::string(knob.name), knob.fallback);
  return all;
}

NetworkDescription describe_network(const NetworkPlan& plan, const ParameterSet& params,
                                    const Normalization& normalization) {
  NetworkDescription description;
  description.model = plan.model;
  description.image = plan.image;
  description.mean = normalization.mean();
  description.stddev = normalization.stddev();
  if (plan.model.type != "gan") describe_encoder(plan.chain("encoder"), description);
  description.params.set("latent_dim", plan.latent_dim);
  const ParameterSet all = with_defaults(plan.model, params);
  for (const std::string_view name : kOtherStructure)
    if (const ParameterValue* value = all.find(name))
      description.params.set(std::string(name), *value);
  return description;
}

}  // namespace foldmill::trainer
