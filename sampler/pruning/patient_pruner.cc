#include "sampler/pruning/patient_pruner.h"

namespace foldmill::sampler {
namespace {

// Best of epochs first … last.
double best_of(const LearningCurve& curve, int64_t first, int64_t last, Direction direction) {
  LearningCurve part;
  for (int64_t epoch = first; epoch <= last; ++epoch) part.append(*curve.at(epoch));
  return part.best(direction);
}

}  // namespace

std::optional<PruneDecision> PatientPruner::should_prune(const PruningQuestion& question) const {
  const Direction direction = question.direction;
  const int64_t epoch = question.curve->last_epoch();
  const int64_t before = epoch - (options_.patience + int64_t{1});
  if (before < 1) return std::nullopt;
  const double old_best = best_of(*question.curve, 1, before, direction);
  const double new_best = best_of(*question.curve, before + 1, epoch, direction);
  const double borne = direction == Direction::kMinimize ? old_best + options_.min_delta
                                                         : old_best - options_.min_delta;
  if (!better(borne, new_best, direction)) return std::nullopt;  // NaN compares false
  if (other_) return other_->should_prune(question);
  return PruneDecision{question.fold, epoch, new_best, old_best, 0, options_.type};
}

}  // namespace foldmill::sampler
