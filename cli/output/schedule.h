#pragma once

#include <string>

#include "core/study.h"

namespace foldmill::cli {

// "5 folds for every trial, stratified, shuffled; the first fold alone; race with confidence 0.95".
std::string describe_folds(const StudySpec& spec);
// "cross-validate the best 3 on 5 folds, train on everything, test"; empty when nothing follows.
std::string describe_stages(const FinalStages& stages);

}  // namespace foldmill::cli
