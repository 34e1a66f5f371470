#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/study_source.h"

namespace foldmill::cli {

// A trial under a label of what it is, such as "best": value, parameters, fold scores.
std::string describe_trial_of(const StudySpec& spec, std::string_view label, const TrialRow& trial,
                              size_t columns);

// Copies the files of a trial: to `directory`, with one fold; to `directory`/fold-N else. The
// answer names what was written.
Result<std::vector<std::filesystem::path>> fetch_files(StudySource& source, const TrialRow& trial,
                                                       const std::filesystem::path& directory);

// What a finished study came to: best trial, pruning, files, the next commands. `database` may be
// empty (a coordinator elsewhere); then nothing is copied and the commands name no file.
Result<std::string> summarize(StudySource& source, const StudyRow& study,
                              const std::filesystem::path& database,
                              const std::string& source_flag);

// The same of a stage: what it came to, in a line or two, and its model.
Result<std::string> summarize_stage(StudySource& source, const StudyRow& study,
                                    const std::filesystem::path& database);

// A line for each stage that is to follow the study, with what it came to; empty without any.
Result<std::string> describe_stage_results(StudySource& source, const StudyRow& study);

// The failure of a study without any result, with its first cause; ok when there is a result.
Status check_outcome(StudySource& source, const StudyRow& study);

}  // namespace foldmill::cli
