#pragma once

#include "worker/trainer/data/normalization.h"
#include "worker/trainer/models/network.h"
#include "worker/trainer/models/network_description.h"

namespace foldmill::trainer {

// What model.safetensors says of the network in it. Variant and widths of an encoder are read off
// its layers: a classifier's may have come from another study, and its own knobs do not tell.
// `params`: the trial's.
NetworkDescription describe_network(const NetworkPlan& plan, const ParameterSet& params,
                                    const Normalization& normalization);

// `params` with the defaults of the model's knobs for those that it lacks.
ParameterSet with_defaults(const ModelSpec& model, const ParameterSet& params);

}  // namespace foldmill::trainer
