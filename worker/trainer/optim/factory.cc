#include "worker/trainer/optim/factory.h"

#include <utility>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/optim/radam.h"

namespace foldmill::trainer {

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const Knobs& knobs,
                                                        std::vector<torch::Tensor> parameters) {
  const std::string name = knobs.choice("optimizer");
  const double lr = knobs.number("lr");
  const double weight_decay = knobs.number("weight_decay");
  if (name == "adam")
    return std::make_unique<torch::optim::Adam>(
        std::move(parameters), torch::optim::AdamOptions(lr).weight_decay(weight_decay));
  if (name == "adamw")
    return std::make_unique<torch::optim::AdamW>(
        std::move(parameters), torch::optim::AdamWOptions(lr).weight_decay(weight_decay));
  if (name == "sgd")
    return std::make_unique<torch::optim::SGD>(
        std::move(parameters),
        torch::optim::SGDOptions(lr).weight_decay(weight_decay).momentum(knobs.number("momentum")));
  if (name == "radam") {
    RAdamOptions options(lr);
    options.weight_decay = weight_decay;
    return std::make_unique<RAdam>(std::move(parameters), options);
  }
  throw AttemptError(EndCause::kUserError,
                     concat("optimizer '", name,
                            "' is not known to this trainer; it has adam, adamw, radam and sgd"));
}

}  // namespace foldmill::trainer
