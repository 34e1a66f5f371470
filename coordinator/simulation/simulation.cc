#include "coordinator/simulation/simulation.h"

#include <utility>

#include "coordinator/simulation/world.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

Status check_study(const StudySpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  if (const std::vector<std::string> further = spec.further_metrics(); !further.empty())
    return invalid_argument(
        concat("simulating study ", spec.name, ": curves are of one number per epoch, and it is ",
               "also judged by ", join(further, ", "),
               "\n  try: a file with one objective and without constraints on metrics"));
  return ok_status();
}

}  // namespace

Result<Outcome> simulate(StudySpec spec, const Fleet& fleet, Curves& curves,
                         const ChangeObserver& observer) {
  FOLDMILL_RETURN_IF_ERROR(check_study(spec));
  FOLDMILL_RETURN_IF_ERROR(fleet.validate());
  FOLDMILL_RETURN_IF_ERROR(curves.check(spec));
  // Virtual workers train whatever it is, also what is trained by whoever asks for trials.
  if (is_trained_outside(spec.model)) spec.model.type = "command";
  return World(spec, fleet, curves, observer).run();
}

}  // namespace foldmill::simulation
