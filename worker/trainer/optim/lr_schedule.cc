#include "worker/trainer/optim/lr_schedule.h"

#include <cmath>
#include <numbers>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

// From `from` at position 0 to `to` at position 1, along half a cosine.
double along_cosine(double from, double to, double position) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * position));
}

// Smith, Topin: "Super-convergence", 2018, in the two phases of torch's OneCycleLR.
double one_cycle(double step, double steps) {
  constexpr double kRise = 0.3;  // of all steps
  constexpr double kFirst = 1.0 / 25;
  constexpr double kLast = kFirst / 1e4;
  const double peak = kRise * steps - 1;
  if (step <= peak) return along_cosine(kFirst, 1, step / peak);
  return along_cosine(1, kLast, (step - peak) / (steps - 1 - peak));
}

}  // namespace

LrSchedule::LrSchedule(const Knobs& knobs, int64_t epochs, int64_t steps_per_epoch)
    : kind_(parse(knobs.choice("lr_schedule"))),
      epochs_(epochs),
      steps_per_epoch_(steps_per_epoch),
      step_epochs_(knobs.integer("lr_step_epochs")),
      gamma_(knobs.number("lr_gamma")) {}

LrSchedule::Kind LrSchedule::parse(const std::string& name) {
  if (name == "constant") return Kind::kConstant;
  if (name == "step") return Kind::kStep;
  if (name == "cosine") return Kind::kCosine;
  if (name == "one_cycle") return Kind::kOneCycle;
  throw AttemptError(EndCause::kInternal, concat("no lr_schedule is made for '", name, "'"));
}

double LrSchedule::factor(int64_t epoch, int64_t step) const {
  const int64_t epochs_before = epoch - 1;
  switch (kind_) {
    case Kind::kConstant:
      return 1;
    case Kind::kStep:
      return std::pow(gamma_, epochs_before / step_epochs_);
    case Kind::kCosine:
      return along_cosine(1, 0, static_cast<double>(epochs_before) / static_cast<double>(epochs_));
    case Kind::kOneCycle:
      return one_cycle(static_cast<double>(epochs_before * steps_per_epoch_ + step),
                       static_cast<double>(epochs_ * steps_per_epoch_));
  }
  return 1;
}

}  // namespace foldmill::trainer
