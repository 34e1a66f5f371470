#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "core/study.h"
#include "storage/study_reader.h"

namespace foldmill::coordinator {

// The study that is to follow `study`, a search or one of its stages, which has completed. Nothing
// when that was the last one, or what follows is there already: so asking again after a crash does
// no harm. A pure function of what is recorded. On the reader's thread.
//
// Every message begins with kStageFailure. not_found: no such study; failed_precondition: no trial to go on with, or its files are gone.
Result<std::optional<StudySpec>> next_stage(storage::StudyReader& reader, const std::string& study);

}  // namespace foldmill::coordinator
