#include "sampler/pruner.h"
#include "sampler/pruning/asha_pruner.h"
#include "sampler/pruning/hyperband_pruner.h"
#include "sampler/pruning/nop_pruner.h"
#include "sampler/pruning/patient_pruner.h"
#include "sampler/pruning/percentile_pruner.h"
#include "sampler/pruning/race_pruner.h"
#include "sampler/pruning/threshold_pruner.h"

namespace foldmill::sampler {
namespace {

// Of a spec that is sound.
std::unique_ptr<Pruner> build(PruningSpec spec) {
  const std::string type = spec.type;
  if (type == "median") return std::make_unique<PercentilePruner>(std::move(spec), 50);
  if (type == "percentile") {
    const double percent = spec.percentile;
    return std::make_unique<PercentilePruner>(std::move(spec), percent);
  }
  if (type == "asha") return std::make_unique<AshaPruner>(std::move(spec));
  if (type == "hyperband") return std::make_unique<HyperbandPruner>(std::move(spec));
  if (type == "threshold") return std::make_unique<ThresholdPruner>(std::move(spec));
  if (type == "race") return std::make_unique<RacePruner>(std::move(spec));
  if (type == "patient") {
    PruningSpec other = spec;
    other.type = spec.around;
    auto wrapped = spec.around.empty() ? nullptr : build(std::move(other));
    return std::make_unique<PatientPruner>(std::move(spec), std::move(wrapped));
  }
  return std::make_unique<NopPruner>();
}

}  // namespace

Result<std::unique_ptr<Pruner>> make_pruner(const PruningSpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  return build(spec);
}

}  // namespace foldmill::sampler
