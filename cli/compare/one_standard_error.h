#pragma once

#include <string>
#include <vector>

#include "cli/output/listing.h"
#include "core/result.h"
#include "core/rows.h"

// The rule of one standard error (Breiman, Friedman, Olshen, Stone, "Classification and Regression
// Trees", 1984, section 3.4.3): of the trials that are no worse than the best one by more than the
// standard error of its mean over the folds, take the cheapest. What separates them from the best
// may well be chance; what they cost less is certain.
namespace foldmill::cli {

struct CheapestTrial {
  TrialRow trial, best;
  double error = 0;        // of the best one's mean, not corrected, as the rule has it
  double bound = 0;        // the worst value that is within it
  int64_t candidates = 0;  // the best one among them
  std::string cost;        // what is counted: "n_parameters", "seconds per epoch"
  double trial_cost = 0, best_cost = 0;
};

// Refuses several objectives, and a study of one fold.
Status check_rule_applies(const StudySpec& spec);
// The worst value that is within one standard error of `best`. Refuses a best trial without at
// least two fold values.
Result<double> one_standard_error_bound(const StudyRow& study, const TrialRow& best);

// `candidates`: the completed, feasible trials that are within the bound, with their curves and the
// best one among them. `cost`: a metric that they report or a parameter that is a number, the less
// the cheaper; empty: n_parameters where all report it, else the time of an epoch. Refuses a cost
// that a candidate has not got. Of equally cheap ones the better.
Result<CheapestTrial> cheapest_trial(const StudyRow& study, const TrialRow& best,
                                     const std::vector<TrialRow>& candidates,
                                     const std::string& cost);

// Why this one, in one sentence.
std::string describe_choice(const StudySpec& spec, const CheapestTrial& choice);
Json choice_json(const StudySpec& spec, const CheapestTrial& choice);  // choice/v1

}  // namespace foldmill::cli
