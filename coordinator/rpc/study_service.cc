#include "coordinator/rpc/study_service.h"

#include <algorithm>
#include <optional>

#include "coordinator/stages/encoder_lookup.h"
#include "core/text.h"
#include "proto/codec/folds_codec.h"
#include "proto/codec/row_codec.h"
#include "proto/codec/status_codec.h"
#include "proto/codec/study_codec.h"
#include "proto/transport/keepalive.h"

namespace foldmill::coordinator {
namespace {

using engine::event::StudyVerb;

constexpr int64_t kDefaultPage = 100;
constexpr int64_t kMaxPage = 1000;
constexpr int64_t kMaxPageWithCurves = 100;  // keeps a page far below the message limit
constexpr int64_t kMaxQueryRows = 10'000;
constexpr Milliseconds kMaxQueryTime{10'000};

Result<int64_t> page_limit(int64_t asked, int64_t most) {
  if (asked < 0 || asked > kMaxPage)
    return invalid_argument(concat("page_size: ", asked, " is not within 1 to ", kMaxPage));
  return std::min(asked == 0 ? kDefaultPage : asked, most);
}

// `asked` where it is given and within the cap, else the cap.
int64_t capped(int64_t asked, int64_t cap) { return asked > 0 ? std::min(asked, cap) : cap; }

std::optional<StudyVerb> to_verb(v1::StudyVerb verb) {
  switch (verb) {
    case v1::STUDY_VERB_PAUSE:
      return StudyVerb::kPause;
    case v1::STUDY_VERB_PAUSE_NOW:
      return StudyVerb::kPauseNow;
    case v1::STUDY_VERB_RESUME:
      return StudyVerb::kResume;
    case v1::STUDY_VERB_STOP:
      return StudyVerb::kStop;
    case v1::STUDY_VERB_CANCEL:
      return StudyVerb::kCancel;
    case v1::STUDY_VERB_EXTEND:
      return StudyVerb::kExtend;
    default:
      return std::nullopt;
  }
}

Status check_command(const v1::CommandStudyRequest& request) {
  if (!to_verb(request.verb()))
    return invalid_argument(concat("study command ", int{request.verb()}, " is not known here"));
  if (request.study().empty()) return invalid_argument("the study's name is missing");
  if (request.verb() == v1::STUDY_VERB_EXTEND && request.trials() < 1)
    return invalid_argument(concat("extend: ", request.trials(), " trials; give at least 1"));
  return ok_status();
}

grpc::ServerUnaryReactor* finish(grpc::CallbackServerContext* context, const Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(proto::encode(status));
  return reactor;
}

}  // namespace

template <class MakeEvent, class OnReply>
void StudyServiceImpl::ask_engine(Reactor* reactor, const google::protobuf::Message& request,
                                  MakeEvent make_event, OnReply on_reply) {
  parts_.control.post([this, reactor, bytes = request.ByteSizeLong(),
                       make_event = std::move(make_event), on_reply]() mutable {
    const std::optional<engine::RequestId> id =
        parts_.requests.add(bytes, [reactor, on_reply](const engine::effect::Reply& reply) {
          if (reply.status.ok()) on_reply(reply);
          reactor->Finish(proto::encode(reply.status));
        });
    if (id) parts_.sink(make_event(*id));
  });
}

template <class Look>
StudyServiceImpl::Reactor* StudyServiceImpl::read(Context* context, Look look) {
  Reactor* reactor = context->DefaultReactor();
  parts_.reader.post([context, reactor, look = std::move(look)](storage::StudyReader& reader) {
    // Many slow queries may wait; those whose caller is gone must not hold up the others, nor the
    // end.
    const Status status =
        context->IsCancelled() ? cancelled("the caller left before its turn") : look(reader);
    reactor->Finish(proto::encode(status));
  });
  return reactor;
}

StudyServiceImpl::Reactor* StudyServiceImpl::CreateStudy(Context* context,
                                                         const v1::CreateStudyRequest* request,
                                                         v1::CreateStudyResponse* response) {
  Result<StudySpec> decoded = proto::decode(request->spec());
  if (!decoded.ok()) return finish(context, decoded.status());
  Reactor* reactor = context->DefaultReactor();
  StudySpec spec = std::move(decoded).value();
  if (spec.model.encoder) spec.model.encoder->artifact.reset();  // nobody's to say but ours
  if (!wants_lookup(spec)) {
    create_study(reactor, *request, std::move(spec), response);
    return reactor;
  }
  parts_.reader.post([this, context, reactor, request, spec = std::move(spec),
                      response](storage::StudyReader& reader) mutable {
    const Status found = context->IsCancelled() ? cancelled("the caller left before its turn")
                                                : find_encoder(reader, spec);
    if (!found.ok()) return reactor->Finish(proto::encode(found));
    create_study(reactor, *request, std::move(spec), response);
  });
  return reactor;
}

void StudyServiceImpl::create_study(Reactor* reactor, const v1::CreateStudyRequest& request,
                                    StudySpec spec, v1::CreateStudyResponse* response) {
  ask_engine(
      reactor, request,
      [spec = std::move(spec)](engine::RequestId id) mutable {
        return engine::event::StudyCreateRequested{id, std::move(spec)};
      },
      [response](const engine::effect::Reply& reply) {
        response->set_id(reply.study.value);
        response->set_note(reply.note);
      });
}

StudyServiceImpl::Reactor* StudyServiceImpl::CommandStudy(Context* context,
                                                          const v1::CommandStudyRequest* request,
                                                          v1::CommandStudyResponse* response) {
  const Status checked = check_command(*request);
  if (!checked.ok()) return finish(context, checked);
  Reactor* reactor = context->DefaultReactor();
  ask_engine(
      reactor, *request,
      [request](engine::RequestId id) {
        return engine::event::StudyCommanded{id, request->study(), *to_verb(request->verb()),
                                             request->trials(), request->relative()};
      },
      [response](const engine::effect::Reply& reply) { response->set_note(reply.note); });
  return reactor;
}

StudyServiceImpl::Reactor* StudyServiceImpl::AddStages(Context* context,
                                                       const v1::AddStagesRequest* request,
                                                       v1::AddStagesResponse* response) {
  if (request->study().empty())
    return finish(context, invalid_argument("the study's name is missing"));
  Reactor* reactor = context->DefaultReactor();
  ask_engine(
      reactor, *request,
      [request](engine::RequestId id) {
        return engine::event::StagesRequested{id, request->study(),
                                              proto::decode(request->stages())};
      },
      [response](const engine::effect::Reply& reply) { response->set_note(reply.note); });
  return reactor;
}

StudyServiceImpl::Reactor* StudyServiceImpl::ListStudies(Context* context,
                                                         const v1::ListStudiesRequest* request,
                                                         v1::ListStudiesResponse* response) {
  return read(context, [request, response](storage::StudyReader& reader) -> Status {
    FOLDMILL_ASSIGN_OR_RETURN(const int64_t limit,
                              page_limit(request->page_size(), kMaxPageWithCurves));
    FOLDMILL_ASSIGN_OR_RETURN(const auto page, reader.list_studies(limit, request->page_token()));
    for (const StudyRow& row : page.rows) *response->add_studies() = proto::encode(row);
    response->set_next_page_token(page.next);
    return ok_status();
  });
}

StudyServiceImpl::Reactor* StudyServiceImpl::GetStudy(Context* context,
                                                      const v1::GetStudyRequest* request,
                                                      v1::Study* response) {
  return read(context, [request, response](storage::StudyReader& reader) -> Status {
    FOLDMILL_ASSIGN_OR_RETURN(const StudyRow row, reader.get_study(request->name()));
    *response = proto::encode(row);
    return ok_status();
  });
}

StudyServiceImpl::Reactor* StudyServiceImpl::ListTrials(Context* context,
                                                        const v1::ListTrialsRequest* request,
                                                        v1::ListTrialsResponse* response) {
  return read(context, [request, response](storage::StudyReader& reader) -> Status {
    TrialQuery query;
    query.where = request->where();
    query.sort = request->sort();
    query.page = request->page_token();
    query.with_curves = request->with_curves();
    FOLDMILL_ASSIGN_OR_RETURN(
        query.limit,
        page_limit(request->page_size(), query.with_curves ? kMaxPageWithCurves : kMaxPage));
    FOLDMILL_ASSIGN_OR_RETURN(const auto page, reader.list_trials(request->study(), query));
    for (const TrialRow& row : page.rows) *response->add_trials() = proto::encode(row);
    response->set_next_page_token(page.next);
    return ok_status();
  });
}

StudyServiceImpl::Reactor* StudyServiceImpl::GetTrial(Context* context,
                                                      const v1::GetTrialRequest* request,
                                                      v1::Trial* response) {
  return read(context, [request, response](storage::StudyReader& reader) -> Status {
    FOLDMILL_ASSIGN_OR_RETURN(const TrialRow row,
                              reader.get_trial(request->study(), TrialNumber(request->trial())));
    *response = proto::encode(row);
    return ok_status();
  });
}

StudyServiceImpl::Reactor* StudyServiceImpl::ListWorkers(Context* context,
                                                         const v1::ListWorkersRequest* request,
                                                         v1::ListWorkersResponse* response) {
  return read(context, [request, response](storage::StudyReader& reader) -> Status {
    FOLDMILL_ASSIGN_OR_RETURN(const int64_t limit, page_limit(request->page_size(), kMaxPage));
    FOLDMILL_ASSIGN_OR_RETURN(const auto page, reader.list_workers(limit, request->page_token()));
    for (const WorkerRow& row : page.rows) *response->add_workers() = proto::encode(row);
    response->set_next_page_token(page.next);
    return ok_status();
  });
}

StudyServiceImpl::Reactor* StudyServiceImpl::Query(Context* context,
                                                   const v1::QueryRequest* request,
                                                   v1::QueryResponse* response) {
  return read(context, [request, response](storage::StudyReader& reader) -> Status {
    const Milliseconds time(capped(request->time_cap_ms(), kMaxQueryTime.count()));
    FOLDMILL_ASSIGN_OR_RETURN(
        const Table table,
        reader.query(request->sql(), capped(request->row_cap(), kMaxQueryRows), time));
    *response = proto::encode(table);
    if (response->ByteSizeLong() > static_cast<size_t>(proto::kMaxMessageBytes))
      return resource_exhausted(concat("the answer has ", response->ByteSizeLong(),
                                       " bytes, more than the ", proto::kMaxMessageBytes,
                                       " of one message; ask for fewer rows or columns"));
    return ok_status();
  });
}

StudyServiceImpl::Reactor* StudyServiceImpl::GetServerInfo(Context* context,
                                                           const v1::GetServerInfoRequest*,
                                                           v1::ServerInfo* response) {
  *response = parts_.info;
  return finish(context, ok_status());
}

grpc::ServerWriteReactor<v1::WatchStudyResponse>* StudyServiceImpl::WatchStudy(
    Context*, const v1::WatchStudyRequest* request) {
  auto stream = std::make_unique<WatchStream>(parts_.control, parts_.watches, parts_.reader,
                                              request->study());
  WatchStream* reactor = stream.get();
  parts_.control.post(
      [this, stream = std::move(stream)]() mutable { parts_.watches.adopt(std::move(stream)); });
  return reactor;
}

}  // namespace foldmill::coordinator
