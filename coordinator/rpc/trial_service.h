#pragma once

#include "coordinator/control_loop.h"
#include "coordinator/request_desk.h"
#include "coordinator/sampler_runner.h"
#include "foldmill/v1/trial_service.grpc.pb.h"

namespace foldmill::coordinator {

// Trials for loops outside. Every call goes to the engine and is answered after the commit. Called
// on gRPC's threads; keeps no state.
class TrialServiceImpl final : public v1::TrialService::CallbackService {
 public:
  struct Parts {
    ControlLoop& control;
    RequestDesk& requests;
    EventSink sink;
  };
  explicit TrialServiceImpl(Parts parts) : parts_(std::move(parts)) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  Reactor* AskTrial(Context*, const v1::AskTrialRequest*, v1::AskTrialResponse*) override;
  Reactor* ReportEpoch(Context*, const v1::ReportEpochRequest*, v1::TrialStanding*) override;
  Reactor* TellTrial(Context*, const v1::TellTrialRequest*, v1::TrialStanding*) override;
  Reactor* RenewLease(Context*, const v1::RenewLeaseRequest*, v1::TrialStanding*) override;
  Reactor* EnqueueTrial(Context*, const v1::EnqueueTrialRequest*,
                        v1::EnqueueTrialResponse*) override;

 private:
  // The event of `Kind` that carries the decoded `message` goes to the engine; `on_reply` makes the
  // call's status of the answer and fills the response. What cannot be decoded is refused at once.
  template <class Kind, class Request, class OnReply>
  Reactor* ask_engine(Context* context, const google::protobuf::Message& message,
                      Result<Request> request, OnReply on_reply);
  template <class Kind, class Request>
  Reactor* stand(Context* context, const google::protobuf::Message& message,
                 Result<Request> request, v1::TrialStanding* response);

  Parts parts_;
};

}  // namespace foldmill::coordinator
