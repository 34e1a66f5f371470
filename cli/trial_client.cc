#include "cli/trial_client.h"

#include "proto/codec/trial_codec.h"

namespace foldmill::cli {

using Stub = v1::TrialService::Stub;

TrialClient::TrialClient(CoordinatorCalls& calls)
    : calls_(calls), trials_(v1::TrialService::NewStub(calls.channel())) {}

Result<AskedTrial> TrialClient::ask(const TrialRequest& request) {
  v1::AskTrialResponse response;
  FOLDMILL_RETURN_IF_ERROR(
      calls_.call(*trials_, &Stub::AskTrial, proto::encode(request), &response));
  if (response.has_trial()) return proto::decode(response.trial());
  return response.none().for_good() ? out_of_range(response.none().reason())
                                    : resource_exhausted(response.none().reason());
}

Result<TrialStanding> TrialClient::report(const HeldReport& report) {
  v1::TrialStanding response;
  FOLDMILL_RETURN_IF_ERROR(
      calls_.call(*trials_, &Stub::ReportEpoch, proto::encode(report), &response));
  return proto::decode(response);
}

Result<TrialStanding> TrialClient::tell(const HeldResult& told) {
  v1::TrialStanding response;
  FOLDMILL_RETURN_IF_ERROR(calls_.call(*trials_, &Stub::TellTrial, proto::encode(told), &response));
  return proto::decode(response);
}

Result<TrialStanding> TrialClient::renew(const HeldTrial& held) {
  v1::RenewLeaseRequest request;
  *request.mutable_of() = proto::encode(held);
  v1::TrialStanding response;
  FOLDMILL_RETURN_IF_ERROR(calls_.call(*trials_, &Stub::RenewLease, request, &response));
  return proto::decode(response);
}

Result<std::string> TrialClient::enqueue(const EnqueueRequest& request) {
  v1::EnqueueTrialResponse response;
  FOLDMILL_RETURN_IF_ERROR(
      calls_.call(*trials_, &Stub::EnqueueTrial, proto::encode(request), &response));
  return response.note();
}

}  // namespace foldmill::cli
