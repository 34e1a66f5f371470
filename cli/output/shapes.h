#pragma once

#include <vector>

#include "cli/output/listing.h"
#include "core/rows.h"

namespace foldmill::cli {

// Answers in their documented shapes (docs/cli.md): every JSON object carries its "schema", which
// changes when a key changes its meaning or goes away.
Json trial_json(const StudySpec& spec, const TrialRow& trial);  // trial/v1
Json fold_json(const FoldRow& fold);                            // inside trial/v1
Json study_json(const StudyRow& study);                         // study/v1

Listing list_studies(const std::vector<StudyRow>& studies);
Listing list_trials(const StudySpec& spec, const std::vector<TrialRow>& trials);
Listing list_folds(const StudySpec& spec, const TrialRow& trial);
Listing list_workers(const std::vector<WorkerRow>& workers);  // worker/v1
Listing list_table(const Table& table);                       // rows as objects by column name

}  // namespace foldmill::cli
