#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "core/study.h"

// The parts of StudySpec::validate(), for core alone. Each answers with the first fault it finds:
// invalid_argument, the message beginning with the key's path in a study file.
namespace foldmill::study_checks {

// Pieces that every part uses. `where` is the key's path.
// "'tpa' is not known; did you mean 'tpe'?" or, when nothing is near, all that is allowed.
Status unknown_word(std::string_view where, std::string_view word,
                    const std::vector<std::string>& allowed);
Status check_word(std::string_view where, const std::string& word,
                  const std::vector<std::string>& allowed);
Status check_at_least(std::string_view where, int64_t value, int64_t least);
Status check_within(std::string_view where, int64_t value, int64_t least, int64_t most);

Status check_data(const DataSpec& data, const ModelSpec& model);
Status check_model(const StudySpec& spec);
Status check_params(const StudySpec& spec);     // names, kinds and limits; `epochs`
Status check_objective(const StudySpec& spec);  // after the model
Status check_sampler(const StudySpec& spec);    // after the params
Status check_effect(const StudySpec& spec);     // knobs that no trial would read; after the params
Status check_training(const StudySpec& spec);   // what only makes sense together; the last of these
Status check_folds(const StudySpec& spec);      // split, schedule and final stages; after pruning
Status check_pruning(const StudySpec& spec);

// What a trial may find for a parameter: a constant, the ends or choices of a range, or the knob's
// default. Empty for a name that the model does not know.
std::vector<ParameterValue> possible_values(const StudySpec& spec, std::string_view name);

}  // namespace foldmill::study_checks
