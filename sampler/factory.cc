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

Status check_tpe(const SamplerSpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(at_least("sampler.startup_trials", spec.startup_trials, 0));
  FOLDMILL_RETURN_IF_ERROR(at_least("sampler.candidates", spec.candidates, 1));
  if (spec.prior_weight > 0 && std::isfinite(spec.prior_weight)) return ok_status();
  return invalid_argument(concat("sampler.prior_weight: ", format_number(spec.prior_weight),
                                 " is not a finite number above 0; the usual value is 1"));
}

Status check_median(const PruningSpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(at_least("pruning.warmup_trials", spec.warmup_trials, 0));
  FOLDMILL_RETURN_IF_ERROR(at_least("pruning.warmup_epochs", spec.warmup_epochs, 0));
  FOLDMILL_RETURN_IF_ERROR(at_least("pruning.interval", spec.interval, 1));
  return at_least("pruning.min_peers", spec.min_peers, 1);
}

}  // namespace

Result<std::unique_ptr<Sampler>> make_sampler(const SamplerSpec& spec) {
  if (spec.type == "random") return std::unique_ptr<Sampler>(std::make_unique<RandomSampler>());
  if (spec.type != "tpe") return unknown_type("sampler", spec.type, {"tpe", "random"});
  FOLDMILL_RETURN_IF_ERROR(check_tpe(spec));
  return std::unique_ptr<Sampler>(std::make_unique<TpeSampler>(spec));
}

Result<std::unique_ptr<Pruner>> make_pruner(const PruningSpec& spec) {
  if (spec.type == "none") return std::unique_ptr<Pruner>(std::make_unique<NopPruner>());
  if (spec.type != "median") return unknown_type("pruning", spec.type, {"median", "none"});
  FOLDMILL_RETURN_IF_ERROR(check_median(spec));
  return std::unique_ptr<Pruner>(std::make_unique<MedianPruner>(spec));
}

}  // namespace foldmill::sampler
