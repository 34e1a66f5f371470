#pragma once

#include <string>

#include "core/rows.h"
#include "core/status.h"

// Whether numbers of two trials, of one study or of two, may be set side by side.
namespace foldmill::cli {

// A trial and the study that it belongs to.
struct FoundTrial {
  StudyRow study;
  TrialRow trial;
};

std::string name_of(const FoundTrial& found);  // "fashion/17"

// Refuses studies of which fold n is not the same split of the same data: failed_precondition, with
// what differs. Programs of the user's own are taken at their study files' word.
Status check_same_folds(const StudySpec& a, const StudySpec& b);

// Refuses a metric that means another thing in each trial, as the loss of differently normalised
// images does: failed_precondition, with what differs.
Status check_same_measure(const FoundTrial& a, const FoundTrial& b, const std::string& metric);

}  // namespace foldmill::cli
