#include "worker/trainer/optim/factory.h"

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/optim/adam.h"
#include "worker/trainer/optim/sgd.h"

namespace foldmill::trainer {
namespace {

// torch.optim refuses these as well: a setting that would do nothing is a mistake somewhere.
void check_nesterov(const std::string& name, const SgdOptions& options) {
  if (!options.nesterov) return;
  if (name != "sgd")
    throw AttemptError(EndCause::kUserError,
                       concat("optimizer ", name,
                              " has no Nesterov momentum; set nesterov: false, "
                              "or optimizer: sgd"));
  if (options.momentum == 0)
    throw AttemptError(EndCause::kUserError,
                       "nesterov: true needs a momentum, and momentum is 0; set it, for example to "
                       "0.9, or set nesterov: false");
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const Knobs& knobs, const FlatParameters& parameters,
                                          const std::vector<LrRange>& ranges) {
  const std::string name = knobs.choice("optimizer");
  const double weight_decay = knobs.number("weight_decay");
  const SgdOptions sgd = {weight_decay, knobs.number("momentum"), knobs.flag("nesterov")};
  const AdamOptions adam = {knobs.number("beta1"), knobs.number("beta2"), weight_decay};
  check_nesterov(name, sgd);
  if (name == "adam") return std::make_unique<Adam>(parameters, ranges, adam, Decay::kGradient);
  if (name == "adamw") return std::make_unique<Adam>(parameters, ranges, adam, Decay::kWeights);
  if (name == "adamax") return std::make_unique<Adamax>(parameters, ranges, adam);
  if (name == "radam") return std::make_unique<RAdam>(parameters, ranges, adam);
  if (name == "adagrad") return std::make_unique<Adagrad>(parameters, ranges, weight_decay);
  if (name == "rmsprop") return std::make_unique<RmsProp>(parameters, ranges, sgd);
  if (name == "sgd") return std::make_unique<Sgd>(parameters, ranges, sgd);
  throw AttemptError(EndCause::kInternal, concat("no optimizer is made for '", name, "'"));
}

}  // namespace foldmill::trainer
