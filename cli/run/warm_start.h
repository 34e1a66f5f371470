#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/study_source.h"
#include "core/study.h"

namespace foldmill::cli {

// Another study whose best points are to be tried first.
struct WarmStart {
  std::string study;   // a unique prefix will do
  int64_t trials = 5;  // at most that many of its best
};

// "NAME" or "NAME:COUNT"; nothing when the text is empty. invalid_argument says how it is written.
Result<std::optional<WarmStart>> parse_warm_start(std::string_view text);

// Puts the points of the other study's best completed and feasible trials, the best in front,
// behind what spec.enqueue holds already. Of each point only what `spec` searches is taken, where
// it lies within today's ranges; the rest is sampled. The values are not taken: they were measured
// on other data, or by another objective. failed_precondition: it has no completed trial of which
// anything fits.
Status add_warm_start(StudySource& source, const WarmStart& from, StudySpec& spec);

}  // namespace foldmill::cli
