#pragma once

#include <string>

#include "cli/output/listing.h"
#include "core/rows.h"

// What trials are judged by, in words and as JSON: objectives, constraints, values, fronts.
namespace foldmill::cli {

// "minimize val_loss, maximize val_accuracy".
std::string describe_goals(const StudySpec& spec);
// "n_parameters <= 200000, val_loss <= 0.1".
std::string describe_constraints(const StudySpec& spec);

// "val_loss 0.0312 ± 0.0004 (5 folds)  n_parameters 1.2e+04"; of a trial without a value empty, of
// one that does not hold the constraints with "  infeasible" at the end.
std::string describe_values(const StudySpec& spec, const TrialRow& trial);
// "#17 val_loss 0.0312": the best trial; of several objectives "a front of 5 trials". Empty while
// there is nothing to tell.
std::string describe_best_so_far(const StudyRow& study);
// Why there is neither: nothing completed, or nothing feasible; with a command to try.
std::string explain_no_best(const StudyRow& study, const std::string& source_flag);

Json goals_json(const StudySpec& spec);          // [{"metric", "direction"}, …]
Json constraints_json(const StudySpec& spec);    // ["n_parameters <= 200000", …]
Json metrics_json(const MetricValues& metrics);  // by name

}  // namespace foldmill::cli
