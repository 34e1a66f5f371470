#pragma once

#include <string>
#include <utility>

#include "coordinator/control_loop.h"
#include "coordinator/reader_thread.h"
#include "coordinator/request_desk.h"
#include "coordinator/rpc/watch_table.h"
#include "coordinator/sampler_runner.h"
#include "foldmill/v1/study_service.grpc.pb.h"

namespace foldmill::coordinator {

// Studies and trials, for clients. What changes something goes to the engine and is answered after
// the commit; what only reads goes to the reader thread. Called on gRPC's threads; keeps no state.
class StudyServiceImpl final : public v1::StudyService::CallbackService {
 public:
  struct Parts {
    ControlLoop& control;
    RequestDesk& requests;
    WatchTable& watches;
    ReaderThread& reader;
    EventSink sink;
    v1::ServerInfo info;
  };
  explicit StudyServiceImpl(Parts parts) : parts_(std::move(parts)) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  Reactor* CreateStudy(Context*, const v1::CreateStudyRequest*, v1::CreateStudyResponse*) override;
  Reactor* CommandStudy(Context*, const v1::CommandStudyRequest*,
                        v1::CommandStudyResponse*) override;
  Reactor* AddStages(Context*, const v1::AddStagesRequest*, v1::AddStagesResponse*) override;
  Reactor* ListStudies(Context*, const v1::ListStudiesRequest*, v1::ListStudiesResponse*) override;
  Reactor* GetStudy(Context*, const v1::GetStudyRequest*, v1::Study*) override;
  Reactor* ListTrials(Context*, const v1::ListTrialsRequest*, v1::ListTrialsResponse*) override;
  Reactor* GetTrial(Context*, const v1::GetTrialRequest*, v1::Trial*) override;
  Reactor* ListWorkers(Context*, const v1::ListWorkersRequest*, v1::ListWorkersResponse*) override;
  Reactor* Query(Context*, const v1::QueryRequest*, v1::QueryResponse*) override;
  Reactor* GetServerInfo(Context*, const v1::GetServerInfoRequest*, v1::ServerInfo*) override;
  grpc::ServerWriteReactor<v1::WatchStudyResponse>* WatchStudy(
      Context*, const v1::WatchStudyRequest*) override;

 private:
  // Hands `make_event` a number for the request on control; the engine's answer goes to `on_reply`,
  // which fills the response, and the call is finished.
  template <class MakeEvent, class OnReply>
  void ask_engine(Reactor* reactor, const google::protobuf::Message& request, MakeEvent make_event,
                  OnReply on_reply);
  void create_study(Reactor* reactor, const v1::CreateStudyRequest& request, StudySpec spec,
                    v1::CreateStudyResponse* response);
  // Runs `look` on the reader thread and finishes the call with the Status it returns.
  template <class Look>
  Reactor* read(Context* context, Look look);

  Parts parts_;
};

}  // namespace foldmill::coordinator
