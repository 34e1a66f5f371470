#pragma once

#include <memory>
#include <string>

#include "cli/coordinator_calls.h"
#include "core/asked_trial.h"
#include "core/result.h"
#include "foldmill/v1/trial_service.grpc.pb.h"

namespace foldmill::cli {

// What training loops outside say to a coordinator. Each call may be repeated after a lost answer.
// `calls` outlives this. One thread.
class TrialClient {
 public:
  explicit TrialClient(CoordinatorCalls& calls);

  // resource_exhausted: none now, there may be one later. out_of_range: none any more.
  Result<AskedTrial> ask(const TrialRequest& request);
  Result<TrialStanding> report(const HeldReport& report);
  Result<TrialStanding> tell(const HeldResult& told);
  Result<TrialStanding> renew(const HeldTrial& held);
  Result<std::string> enqueue(const EnqueueRequest& request);  // what the coordinator remarks

 private:
  CoordinatorCalls& calls_;
  std::unique_ptr<v1::TrialService::Stub> trials_;
};

}  // namespace foldmill::cli
