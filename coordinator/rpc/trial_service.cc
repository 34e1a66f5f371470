#include "coordinator/rpc/trial_service.h"

#include <utility>
#include <variant>

#include "proto/codec/status_codec.h"
#include "proto/codec/trial_codec.h"

namespace foldmill::coordinator {
namespace {

namespace event = engine::event;

// That there is no trial is an answer like any other.
Status fill(const engine::effect::Reply& reply, v1::AskTrialResponse* response) {
  const StatusCode code = reply.status.code();
  if (code == StatusCode::kOutOfRange || code == StatusCode::kResourceExhausted) {
    response->mutable_none()->set_for_good(code == StatusCode::kOutOfRange);
    response->mutable_none()->set_reason(reply.status.message());
    return ok_status();
  }
  if (reply.status.ok())
    *response->mutable_trial() = proto::encode(std::get<AskedTrial>(reply.answer));
  return reply.status;
}

}  // namespace

template <class Kind, class Request, class OnReply>
TrialServiceImpl::Reactor* TrialServiceImpl::ask_engine(Context* context,
                                                        const google::protobuf::Message& message,
                                                        Result<Request> request, OnReply on_reply) {
  Reactor* reactor = context->DefaultReactor();
  if (!request.ok()) {
    reactor->Finish(proto::encode(request.status()));
    return reactor;
  }
  parts_.control.post([this, reactor, bytes = message.ByteSizeLong(),
                       request = std::move(request).value(), on_reply]() mutable {
    const std::optional<engine::RequestId> id =
        parts_.requests.add(bytes, [reactor, on_reply](const engine::effect::Reply& reply) {
          reactor->Finish(proto::encode(on_reply(reply)));
        });
    if (id) parts_.sink(Kind{*id, std::move(request)});
  });
  return reactor;
}

template <class Kind, class Request>
TrialServiceImpl::Reactor* TrialServiceImpl::stand(Context* context,
                                                   const google::protobuf::Message& message,
                                                   Result<Request> request,
                                                   v1::TrialStanding* response) {
  return ask_engine<Kind>(context, message, std::move(request),
                          [response](const engine::effect::Reply& reply) {
                            if (reply.status.ok())
                              *response = proto::encode(std::get<TrialStanding>(reply.answer));
                            return reply.status;
                          });
}

TrialServiceImpl::Reactor* TrialServiceImpl::AskTrial(Context* context,
                                                      const v1::AskTrialRequest* request,
                                                      v1::AskTrialResponse* response) {
  return ask_engine<event::TrialRequested>(
      context, *request, proto::decode(*request),
      [response](const engine::effect::Reply& reply) { return fill(reply, response); });
}

TrialServiceImpl::Reactor* TrialServiceImpl::ReportEpoch(Context* context,
                                                         const v1::ReportEpochRequest* request,
                                                         v1::TrialStanding* response) {
  return stand<event::HeldReported>(context, *request, proto::decode(*request), response);
}

TrialServiceImpl::Reactor* TrialServiceImpl::TellTrial(Context* context,
                                                       const v1::TellTrialRequest* request,
                                                       v1::TrialStanding* response) {
  return stand<event::HeldTold>(context, *request, proto::decode(*request), response);
}

TrialServiceImpl::Reactor* TrialServiceImpl::RenewLease(Context* context,
                                                        const v1::RenewLeaseRequest* request,
                                                        v1::TrialStanding* response) {
  return stand<event::HeldRenewed>(context, *request, proto::decode(request->of()), response);
}

TrialServiceImpl::Reactor* TrialServiceImpl::EnqueueTrial(Context* context,
                                                          const v1::EnqueueTrialRequest* request,
                                                          v1::EnqueueTrialResponse* response) {
  return ask_engine<event::PointEnqueued>(context, *request, proto::decode(*request),
                                          [response](const engine::effect::Reply& reply) {
                                            response->set_note(reply.note);
                                            return reply.status;
                                          });
}

}  // namespace foldmill::coordinator
