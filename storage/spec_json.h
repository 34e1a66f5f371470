#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/study.h"

namespace foldmill::storage {

// A study's spec as JSON text, every field, parameters in their order. The shape may only grow: an
// absent key is its default.
std::string spec_to_json(const StudySpec& spec);
// data_loss when the text is not what spec_to_json writes.
Result<StudySpec> spec_from_json(std::string_view text);

// What the key `final_stages` of a spec holds.
std::string final_stages_to_json(const FinalStages& stages);

}  // namespace foldmill::storage
