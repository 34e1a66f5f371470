#include "coordinator/simulation/simulation.h"

#include <utility>

#include "coordinator/simulation/world.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

// The search as its cross-validation needs the curves: all folds of every trial.
StudySpec cross_validated(StudySpec spec) {
  const CrossValidateStage stage = *spec.stages_to_follow().cross_validate;
  spec.folds.k = stage.k;
  spec.folds.repeats = stage.repeats;
  spec.schedule.top = 0;
  return spec;
}

Status check_curves(const StudySpec& spec, const Curves& curves) {
  FOLDMILL_RETURN_IF_ERROR(curves.check(spec));
  if (!spec.stages_to_follow().cross_validate) return ok_status();
  return curves.check(cross_validated(spec)).with_context("cross-validation of the best");
}

Status check_study(const StudySpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  if (const std::vector<std::string> further = spec.further_metrics(); !further.empty())
    return invalid_argument(
        concat("simulating study ", spec.name, ": curves are of one number per epoch, and it is ",
               "also judged by ", join(further, ", "),
               "\n  try: a file with one objective and without constraints on metrics"));
  return ok_status();
}

// For workers that train anything, without the stages that no curve is of.
StudySpec for_virtual_workers(StudySpec spec) {
  if (is_trained_outside(spec.model)) spec.model.type = "command";
  spec.model.encoder.reset();
  spec.final_stages = {.cross_validate = spec.final_stages.cross_validate};
  spec.resources.labels.clear();
  spec.resources.slots = 1;
  spec.resources.gpu_memory_mib = 0;
  return spec;
}

}  // namespace

Result<Outcome> simulate(StudySpec spec, const Fleet& fleet, Curves& curves,
                         const ChangeObserver& observer) {
  FOLDMILL_RETURN_IF_ERROR(check_study(spec));
  FOLDMILL_RETURN_IF_ERROR(fleet.validate());
  FOLDMILL_RETURN_IF_ERROR(check_curves(spec, curves));
  spec = for_virtual_workers(std::move(spec));
  return World(spec, fleet, curves, observer).run();
}

}  // namespace foldmill::simulation
