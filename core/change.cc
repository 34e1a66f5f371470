#include "core/change.h"

namespace foldmill {
namespace {

struct NameOf {
  std::string_view operator()(const change::StudyCreated&) { return "study_created"; }
  std::string_view operator()(const change::StudyStateChanged&) { return "study_state_changed"; }
  std::string_view operator()(const change::StudyExtended&) { return "study_extended"; }
  std::string_view operator()(const change::EncoderFound&) { return "encoder_found"; }
  std::string_view operator()(const change::FinalStagesSet&) { return "final_stages_set"; }
  std::string_view operator()(const change::TrialCreated&) { return "trial_created"; }
  std::string_view operator()(const change::TrialEnded&) { return "trial_ended"; }
  std::string_view operator()(const change::FoldChanged&) { return "fold_changed"; }
  std::string_view operator()(const change::AttemptLeased&) { return "attempt_leased"; }
  std::string_view operator()(const change::AttemptStarted&) { return "attempt_started"; }
  std::string_view operator()(const change::AttemptEnded&) { return "attempt_ended"; }
  std::string_view operator()(const change::EpochReported&) { return "epoch_reported"; }
  std::string_view operator()(const change::CheckpointRecorded&) { return "checkpoint_recorded"; }
  std::string_view operator()(const change::ArtifactRecorded&) { return "artifact_recorded"; }
  std::string_view operator()(const change::CheckpointWithdrawn&) { return "checkpoint_withdrawn"; }
  std::string_view operator()(const change::CheckpointDropped&) { return "checkpoint_dropped"; }
  std::string_view operator()(const change::TrialAsked&) { return "trial_asked"; }
  std::string_view operator()(const change::PointEnqueued&) { return "point_enqueued"; }
  std::string_view operator()(const change::WorkerSeen&) { return "worker_seen"; }
};

}  // namespace

std::string_view name_of(const Change& change) { return std::visit(NameOf{}, change); }

}  // namespace foldmill
