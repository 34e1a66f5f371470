#include "core/trial.h"

#include "core/enum_names.h"

namespace foldmill {
namespace {

constexpr EnumNames<TrialState, 6> kTrialStates{{{TrialState::kWaiting, "waiting"},
                                                 {TrialState::kRunning, "running"},
                                                 {TrialState::kCompleted, "completed"},
                                                 {TrialState::kPruned, "pruned"},
                                                 {TrialState::kFailed, "failed"},
                                                 {TrialState::kCancelled, "cancelled"}}};

constexpr EnumNames<FoldState, 5> kFoldStates{{{FoldState::kPending, "pending"},
                                               {FoldState::kLeased, "leased"},
                                               {FoldState::kCompleted, "completed"},
                                               {FoldState::kStopped, "stopped"},
                                               {FoldState::kFailed, "failed"}}};

constexpr EnumNames<EndCause, 11> kEndCauses{{{EndCause::kNone, "none"},
                                              {EndCause::kPruned, "pruned"},
                                              {EndCause::kDiverged, "diverged"},
                                              {EndCause::kOutOfMemory, "out_of_memory"},
                                              {EndCause::kDataMissing, "data_missing"},
                                              {EndCause::kUserError, "user_error"},
                                              {EndCause::kLost, "lost"},
                                              {EndCause::kPreempted, "preempted"},
                                              {EndCause::kCancelled, "cancelled"},
                                              {EndCause::kInternal, "internal"},
                                              {EndCause::kStalled, "stalled"}}};

}  // namespace

std::string_view to_string(TrialState v) { return name_in(kTrialStates, v); }
std::string_view to_string(FoldState v) { return name_in(kFoldStates, v); }
std::string_view to_string(EndCause v) { return name_in(kEndCauses, v); }

std::optional<TrialState> parse_trial_state(std::string_view text) {
  return value_in(kTrialStates, text);
}

std::optional<FoldState> parse_fold_state(std::string_view text) {
  return value_in(kFoldStates, text);
}

std::optional<EndCause> parse_end_cause(std::string_view text) {
  return value_in(kEndCauses, text);
}

bool is_finished(TrialState state) {
  return state != TrialState::kWaiting && state != TrialState::kRunning;
}

bool is_finished(FoldState state) {
  return state != FoldState::kPending && state != FoldState::kLeased;
}

bool counts_for_budget(TrialState state) {
  return state == TrialState::kCompleted || state == TrialState::kPruned;
}

}  // namespace foldmill
