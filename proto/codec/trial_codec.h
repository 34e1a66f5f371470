#pragma once

#include "core/asked_trial.h"
#include "core/result.h"
#include "foldmill/v1/trial_service.pb.h"

// What training loops outside foldmill and the coordinator say to each other, for both ends of
// TrialService. Decoding checks whatever does not depend on the study.
namespace foldmill::proto {

inline constexpr size_t kMaxTellMessageBytes = 4096;  // longer ones are cut

v1::AskTrialRequest encode(const TrialRequest& request);
v1::AskedTrial encode(const AskedTrial& trial);
v1::HeldTrial encode(const HeldTrial& held);
v1::ReportEpochRequest encode(const HeldReport& report);
v1::TellTrialRequest encode(const HeldResult& told);
v1::TrialStanding encode(const TrialStanding& standing);
v1::EnqueueTrialRequest encode(const EnqueueRequest& request);

Result<TrialRequest> decode(const v1::AskTrialRequest& message);
Result<AskedTrial> decode(const v1::AskedTrial& message);
Result<HeldTrial> decode(const v1::HeldTrial& message);
Result<HeldReport> decode(const v1::ReportEpochRequest& message);
Result<HeldResult> decode(const v1::TellTrialRequest& message);
Result<TrialStanding> decode(const v1::TrialStanding& message);
Result<EnqueueRequest> decode(const v1::EnqueueTrialRequest& message);

}  // namespace foldmill::proto
