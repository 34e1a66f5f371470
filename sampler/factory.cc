#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "sampler/pruner.h"
#include "sampler/pruning/median_pruner.h"
#include "sampler/pruning/nop_pruner.h"
#include "sampler/random/random_sampler.h"
#include "sampler/sampler.h"
#include "sampler/tpe/tpe_sampler.h"

namespace foldmill::sampler {
namespace {

Status unknown_type(std::string_view kind, const std::string& type,
                    const std::vector<std::string>& known) {
  const std::optional<std::string> guess = closest_match(type, known);
  const std::string advice =
      guess ? concat("did you mean '", *guess, "'?") : concat("known types: ", join(known, ", "));
  return invalid_argument(concat(kind, ".type: there is no ", kind, " '", type, "'; ", advice));
}

Status at_least(std::string_view option, int64_t value, int64_t least) {
  if (value >= least) return ok_status();
  return invalid_argument(concat(option, ": ", value, " is too small; use ", least, " or more"));
}

Status check_median(const PruningSpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(at_least("pruning.warmup_trials", spec.warmup_trials, 0));
  FOLDMILL_RETURN_IF_ERROR(at_least("pruning.warmup_epochs", spec.warmup_epochs, 0));
  FOLDMILL_RETURN_IF_ERROR(at_least("pruning.interval", spec.interval, 1));
  return at_least("pruning.min_peers", spec.min_peers, 1);
}

}  // namespace

Result<std::unique_ptr<Sampler>> make_sampler(const SamplerSpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  if (spec.type == "random") return std::unique_ptr<Sampler>(std::make_unique<RandomSampler>());
  return std::unique_ptr<Sampler>(std::make_unique<TpeSampler>(spec));
}

Result<std::unique_ptr<Pruner>> make_pruner(const PruningSpec& spec) {
  if (spec.type == "none") return std::unique_ptr<Pruner>(std::make_unique<NopPruner>());
  if (spec.type != "median") return unknown_type("pruning", spec.type, {"median", "none"});
  FOLDMILL_RETURN_IF_ERROR(check_median(spec));
  return std::unique_ptr<Pruner>(std::make_unique<MedianPruner>(spec));
}

}  // namespace foldmill::sampler
