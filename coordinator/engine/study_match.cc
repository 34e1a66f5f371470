#include "coordinator/engine/study_match.h"

#include <string_view>

#include "core/asked_trial.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

// Two studies that name the same encoder mean the same, though a better trial may have come up
// since the first was created: it keeps the weights that it has.
bool same_model(ModelSpec a, ModelSpec b) {
  if (a.encoder) a.encoder->artifact.reset();
  if (b.encoder) b.encoder->artifact.reset();
  return a == b;
}

// The section of the study file in which `a`, which is wanted, and `b`, which is there, differ
// first; empty when they are the same search.
std::string_view first_difference(const StudySpec& a, const StudySpec& b) {
  if (a.seed != b.seed) return "seed";
  if (a.data != b.data) return "data";
  if (!same_model(a.model, b.model)) return "model";
  if (a.constants != b.constants || !(a.space == b.space)) return "params";
  if (a.objective != b.objective || a.more_objectives != b.more_objectives ||
      a.constraints != b.constraints)
    return "objective";
  if (a.sampler != b.sampler) return "sampler";
  if (a.pruning != b.pruning) return "pruning";
  if (a.folds != b.folds || a.schedule != b.schedule) return "folds";
  if (a.final_stages != b.final_stages) return "final";
  if (a.origin != b.origin || a.evaluate != b.evaluate) return "what it is a stage of";
  if (a.timeout_seconds != b.timeout_seconds) return "timeout";
  if (a.parallel != b.parallel) return "parallel";
  if (!extends_queue(b.enqueue, a.enqueue)) return "enqueue";
  if (a.resources != b.resources) return "resources";
  if (a.description != b.description || a.tags != b.tags) return "description and tags";
  return {};
}

}  // namespace

Status check_same_search(const StudySpec& wanted, const StudySpec& present) {
  if (const std::string_view difference = first_difference(wanted, present); !difference.empty())
    return already_exists(concat("creating study ", wanted.name,
                                 ": there is one of that name, which differs in ", difference,
                                 "; choose another name"));
  if (wanted.trials > present.trials)
    return failed_precondition(concat("creating study ", wanted.name, ": it exists with ",
                                      present.trials, " trials; `foldmill study extend ",
                                      wanted.name, " --trials ", wanted.trials, "` gives it more"));
  return ok_status();
}

}  // namespace foldmill::engine
