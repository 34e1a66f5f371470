#include "cli/output/decision.h"

#include <algorithm>
#include <cmath>

#include "cli/output/format.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string trials(int64_t count, std::string_view kind) {
  return concat(count, " ", kind, count == 1 ? "trial" : "trials");
}

std::string percentile_words(const StudySpec& spec, const PruneDecision& decision) {
  if (std::isnan(decision.value)) return "all that it has reported so far is not a number";
  const std::string measure =
      decision.pruner == "median"
          ? std::string("the median of ")
          : concat("what the best ", short_number(spec.pruning.percentile), " % reach of ");
  return concat("its best ", spec.objective.metric, " so far, ", short_number(decision.value),
                ", is worse than ", short_number(decision.threshold), ", ", measure,
                trials(decision.peers, "completed "), " there");
}

std::string halving_words(const StudySpec& spec, const PruneDecision& decision) {
  if (std::isnan(decision.value)) return "what it has reported there is not a number";
  return concat("its ", spec.objective.metric, " at this rung, ", short_number(decision.value),
                ", is not in the best one of ", spec.pruning.reduction_factor, ", with ",
                trials(decision.peers, "other "), " that came there; ",
                short_number(decision.threshold), " was wanted");
}

std::string patient_words(const StudySpec& spec, const PruneDecision& decision) {
  const PruningSpec& pruning = spec.pruning;
  return concat("the best ", spec.objective.metric, " of its last ", pruning.patience + 1,
                " epochs, ", short_number(decision.value), ", is worse ",
                pruning.min_delta > 0
                    ? concat("by more than ", short_number(pruning.min_delta), " ")
                    : std::string(),
                "than the best before them, ", short_number(decision.threshold));
}

std::string threshold_words(const StudySpec& spec, const PruneDecision& decision) {
  const std::string own = concat("its ", spec.objective.metric);
  if (std::isnan(decision.value)) return own + " is not a number";
  return concat(own, ", ", short_number(decision.value), ", is ",
                decision.value < decision.threshold ? "below " : "above ",
                short_number(decision.threshold));
}

std::string race_words(const StudySpec& spec, const TrialRow& trial) {
  const PruneDecision& decision = *trial.decision;
  const auto done = std::count_if(trial.folds.begin(), trial.folds.end(), [](const FoldRow& fold) {
    return fold.state == FoldState::kCompleted;
  });
  return concat("with ", done, " of ", trial.folds.size(), " folds done, its mean ",
                spec.objective.metric, " over all of them is expected to be ",
                short_number(decision.value), ", against ", short_number(decision.threshold),
                " of the best of ", trials(decision.peers, ""),
                "; were it as good, folds like these would have a probability of ",
                describe_p_value(*decision.p_value),
                " (one-sided t-test, with the difficulty of each fold taken out)");
}

std::string reason(const StudySpec& spec, const TrialRow& trial) {
  const PruneDecision& decision = *trial.decision;
  const std::string& pruner = decision.pruner;
  if (decision.p_value) return race_words(spec, trial);
  if (pruner == "median" || pruner == "percentile") return percentile_words(spec, decision);
  if (pruner == "asha" || pruner == "hyperband") return halving_words(spec, decision);
  if (pruner == "patient") return patient_words(spec, decision);
  return threshold_words(spec, decision);
}

}  // namespace

std::string describe_decision(const StudySpec& spec, const TrialRow& trial) {
  const PruneDecision& decision = *trial.decision;
  return concat("by ", decision.pruner, " after epoch ", decision.epoch, " of fold ",
                decision.fold.value, ": ", reason(spec, trial));
}

}  // namespace foldmill::cli
