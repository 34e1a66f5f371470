#include "cli/run/follow_pipeline.h"

#include <chrono>
#include <thread>

#include "cli/follow/summary.h"
#include "core/stage_failure.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr std::chrono::milliseconds kLookEvery{200};

// The stage's study comes a moment after the study before it has completed.
Result<FollowEnd> await_stage(StudySource& source, const std::string& search,
                              const std::string& stage, const InterruptWatch& interrupts,
                              const FollowOptions& options) {
  while (true) {
    if (interrupts.count() > 0) return FollowEnd::kInterrupted;
    FOLDMILL_RETURN_IF_ERROR(options.still_fine());
    FOLDMILL_ASSIGN_OR_RETURN(const auto found, find_exactly(source, stage));
    if (found) return FollowEnd::kFinished;
    FOLDMILL_ASSIGN_OR_RETURN(const StudyRow before, source.get_study(search));
    if (before.reason.starts_with(kStageFailure))
      return failed_precondition(concat("after ", search, ": ", before.reason));
    std::this_thread::sleep_for(kLookEvery);
  }
}

Result<StudyRow> sum_up(StudySource& source, const std::string& name,
                        const PipelineOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(StudyRow study, source.get_study(name));
  FOLDMILL_RETURN_IF_ERROR(check_outcome(source, study));
  FOLDMILL_ASSIGN_OR_RETURN(const std::string summary,
                            study.spec.origin
                                ? summarize_stage(source, study, options.database)
                                : summarize(source, study, options.database, options.source_flag));
  options.out << summary << std::flush;
  return study;
}

}  // namespace

Result<FollowEnd> follow_pipeline(StudySource& source, const std::string& study,
                                  const InterruptWatch& interrupts,
                                  const PipelineOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const FollowEnd end, follow(source, study, interrupts, options.follow));
  if (end == FollowEnd::kInterrupted) return end;
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow search, sum_up(source, study, options));
  if (search.state != StudyState::kCompleted) return FollowEnd::kFinished;
  std::string before = study;
  for (const Stage stage : stages_in_order(search.spec.stages_to_follow())) {
    const std::string name = stage_study_name(search.spec.name, stage);
    FOLDMILL_ASSIGN_OR_RETURN(const FollowEnd there,
                              await_stage(source, before, name, interrupts, options.follow));
    if (there == FollowEnd::kInterrupted) return there;
    options.follow.err << "stage     " << name << std::endl;
    FOLDMILL_ASSIGN_OR_RETURN(const FollowEnd done,
                              follow(source, name, interrupts, options.follow));
    if (done == FollowEnd::kInterrupted) return done;
    FOLDMILL_ASSIGN_OR_RETURN(const StudyRow stage_study, sum_up(source, name, options));
    if (stage_study.state != StudyState::kCompleted) return FollowEnd::kFinished;
    before = name;
  }
  return FollowEnd::kFinished;
}

}  // namespace foldmill::cli
