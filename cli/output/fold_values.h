#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/output/listing.h"
#include "core/fold_statistics.h"
#include "core/rows.h"

// A trial's value and what its folds say of it, for people and as JSON.
namespace foldmill::cli {

// Of the folds that have completed.
std::vector<double> completed_values(const TrialRow& trial);
// Of those; nothing before two folds have completed, so that there always is a spread.
std::optional<FoldStatistics> spread_of(const StudySpec& spec, const TrialRow& trial);

// "0.02134 ± 0.00042": the error to two digits, and the value as far as that.
std::string with_error(double value, double error);
// As tables show it: "0.021341", "~0.021341" of one that is an estimate; empty when there is none.
std::string value_text(const TrialRow& trial);
// "0.02134 ± 0.00042 (5 folds)", with the standard error of the mean; "~0.021, estimated from 2 of
// 5 folds". Of one fold, or of a trial that ended inside one, the value alone; empty when there is
// none.
std::string describe_value(const StudySpec& spec, const TrialRow& trial);
// "mean 0.02134, median 0.0213, standard deviation 0.00094, standard error 0.00042 (0.00063 …)".
std::string describe_spread(const FoldStatistics& statistics);

// Null without statistics; with a spread else.
Json fold_statistics_json(const std::optional<FoldStatistics>& statistics);

}  // namespace foldmill::cli
