#pragma once

#include <filesystem>
#include <string>

#include "cli/follow/follower.h"
#include "cli/study_source.h"

namespace foldmill::cli {

// Follows a study and, when it has completed, the stages that follow it. Each is summed up on `out`
// as soon as it is done. `database`: where models are copied beside; empty: nowhere.
// internal: a study failed; failed_precondition: a stage could not be made. The messages say why.
struct PipelineOptions {
  std::ostream& out;
  std::filesystem::path database;
  std::string source_flag;
  FollowOptions follow;
};
Result<FollowEnd> follow_pipeline(StudySource& source, const std::string& study,
                                  const InterruptWatch& interrupts, const PipelineOptions& options);

}  // namespace foldmill::cli
