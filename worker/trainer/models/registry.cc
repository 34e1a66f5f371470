#include "worker/trainer/models/registry.h"

#include <map>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/models/cae.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {
namespace {

using Factory = std::shared_ptr<Model> (*)(const ModelSpec&, const ParameterSet&,
                                           const ImageShape&);

std::shared_ptr<Model> make_cae(const ModelSpec& spec, const ParameterSet& params,
                                const ImageShape& shape) {
  if (spec.variant != "conv3")
    throw AttemptError(EndCause::kUserError,
                       concat("model cae: variant '", spec.variant,
                              "' is not known to this trainer; it has conv3"));
  if (shape.height != kConv3ImageSide || shape.width != kConv3ImageSide)
    throw AttemptError(
        EndCause::kUserError,
        concat("model cae conv3: images are ", shape.height, "x", shape.width, ", its layers need ",
               kConv3ImageSide, "x", kConv3ImageSide, "; resize the images"));
  const Knobs knobs(spec, params);
  Conv3Options options;
  options.filters_1 = knobs.integer("filters_1");
  options.filters_2 = knobs.integer("filters_2");
  options.filters_3 = knobs.integer("filters_3");
  options.fc = knobs.integer("fc");
  options.latent_dim = knobs.integer("latent_dim");
  return std::make_shared<Conv3Impl>(options);
}

const std::map<std::string, Factory>& factories() {
  static const std::map<std::string, Factory> kFactories = {{"cae", &make_cae}};
  return kFactories;
}

}  // namespace

std::vector<std::string> model_types() {
  std::vector<std::string> types;
  for (const auto& [type, factory] : factories()) types.push_back(type);
  return types;
}

std::shared_ptr<Model> make_model(const ModelSpec& spec, const ParameterSet& params,
                                  const ImageShape& shape, uint64_t init_seed) {
  const auto found = factories().find(spec.type);
  if (found == factories().end())
    throw AttemptError(EndCause::kUserError,
                       concat("model type '", spec.type, "' is not known to this trainer; it has ",
                              join(model_types(), ", ")));
  torch::manual_seed(init_seed);
  return found->second(spec, params, shape);
}

}  // namespace foldmill::trainer
