#include "cli/coordinator_client.h"

#include <fstream>

#include "core/sha256.h"
#include "core/text.h"
#include "foldmill/v1/artifact_service.grpc.pb.h"
#include "foldmill/v1/study_service.grpc.pb.h"
#include "proto/codec/folds_codec.h"
#include "proto/codec/row_codec.h"
#include "proto/codec/study_codec.h"
#include "proto/codec/value_codec.h"

namespace foldmill::cli {
namespace {

// A query may take its time cap, and the answer has to travel.
constexpr Milliseconds kQueryGrace{5'000};
constexpr Milliseconds kTransferDeadline{600'000};

v1::StudyVerb to_wire(StudyVerb verb) {
  switch (verb) {
    case StudyVerb::kPause:
      return v1::STUDY_VERB_PAUSE;
    case StudyVerb::kPauseNow:
      return v1::STUDY_VERB_PAUSE_NOW;
    case StudyVerb::kResume:
      return v1::STUDY_VERB_RESUME;
    case StudyVerb::kStop:
      return v1::STUDY_VERB_STOP;
    case StudyVerb::kCancel:
      return v1::STUDY_VERB_CANCEL;
    case StudyVerb::kExtend:
      return v1::STUDY_VERB_EXTEND;
  }
  return v1::STUDY_VERB_UNSPECIFIED;
}

class Client final : public CoordinatorClient {
 public:
  Client(std::string address, const std::shared_ptr<grpc::Channel>& channel)
      : calls_(std::move(address), channel),
        trials_(calls_),
        studies_(v1::StudyService::NewStub(channel)),
        artifacts_(v1::ArtifactService::NewStub(channel)) {}

  Result<Page<StudyRow>> list_studies(const std::string& page) override {
    v1::ListStudiesRequest request;
    request.set_page_size(kPageRows);
    request.set_page_token(page);
    v1::ListStudiesResponse response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::ListStudies, request, &response));
    FOLDMILL_ASSIGN_OR_RETURN(auto rows, decode_rows<StudyRow>(response.studies()));
    return Page<StudyRow>{std::move(rows), response.next_page_token()};
  }

  Result<StudyRow> get_study(const std::string& name) override {
    v1::GetStudyRequest request;
    request.set_name(name);
    v1::Study response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::GetStudy, request, &response));
    return proto::decode(response);
  }

  Result<Page<TrialRow>> list_trials(const std::string& study, const TrialQuery& query) override {
    v1::ListTrialsRequest request;
    request.set_study(study);
    request.set_where(query.where);
    request.set_sort(query.sort);
    request.set_page_size(static_cast<int32_t>(query.limit));
    request.set_page_token(query.page);
    request.set_with_curves(query.with_curves);
    v1::ListTrialsResponse response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::ListTrials, request, &response));
    FOLDMILL_ASSIGN_OR_RETURN(auto rows, decode_rows<TrialRow>(response.trials()));
    return Page<TrialRow>{std::move(rows), response.next_page_token()};
  }

  Result<TrialRow> get_trial(const std::string& study, TrialNumber trial) override {
    v1::GetTrialRequest request;
    request.set_study(study);
    request.set_trial(trial.value);
    v1::Trial response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::GetTrial, request, &response));
    return proto::decode(response);
  }

  Result<Page<WorkerRow>> list_workers(const std::string& page) override {
    v1::ListWorkersRequest request;
    request.set_page_size(kPageRows);
    request.set_page_token(page);
    v1::ListWorkersResponse response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::ListWorkers, request, &response));
    Page<WorkerRow> rows;
    for (const v1::Worker& worker : response.workers()) rows.rows.push_back(proto::decode(worker));
    rows.next = response.next_page_token();
    return rows;
  }

  Result<Table> query(const std::string& sql, int64_t row_cap, Milliseconds time_cap) override {
    v1::QueryRequest request;
    request.set_sql(sql);
    request.set_row_cap(row_cap);
    request.set_time_cap_ms(time_cap.count());
    v1::QueryResponse response;
    FOLDMILL_RETURN_IF_ERROR(
        call(&v1::StudyService::Stub::Query, request, &response, time_cap + kQueryGrace));
    return proto::decode(response);
  }

  Status fetch(const ArtifactRef& artifact, const std::filesystem::path& destination) override {
    std::error_code code;
    std::filesystem::create_directories(destination.parent_path(), code);
    const std::filesystem::path temporary = destination.string() + ".part";
    const Status status = download(artifact, temporary);
    if (status.ok()) std::filesystem::rename(temporary, destination, code);
    if (status.ok() && !code) return ok_status();
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    if (!status.ok()) return status;
    return unavailable(concat("writing ", destination.string(), ": ", code.message()));
  }

  Result<std::string> create(const StudySpec& spec) override {
    v1::CreateStudyRequest request;
    *request.mutable_spec() = proto::encode(spec);
    v1::CreateStudyResponse response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::CreateStudy, request, &response));
    return response.note();
  }

  Result<std::string> add_stages(const std::string& study, const FinalStages& stages) override {
    v1::AddStagesRequest request;
    request.set_study(study);
    *request.mutable_stages() = proto::encode(stages);
    v1::AddStagesResponse response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::AddStages, request, &response));
    return response.note();
  }

  Result<std::string> command(const std::string& study, StudyVerb verb, int64_t trials,
                              bool relative) override {
    v1::CommandStudyRequest request;
    request.set_study(study);
    request.set_verb(to_wire(verb));
    request.set_trials(trials);
    request.set_relative(relative);
    v1::CommandStudyResponse response;
    FOLDMILL_RETURN_IF_ERROR(call(&v1::StudyService::Stub::CommandStudy, request, &response));
    return response.note();
  }

  TrialClient& trials() override { return trials_; }

  Result<ServerInfo> server_info(Milliseconds deadline) override {
    // Waits for a coordinator that is starting. A call that fails at once would leave the channel
    // to gRPC's background poller, which looks after a connection only every 5 s.
    return calls_.server_info(deadline, /*wait_for_ready=*/true);
  }

 private:
  template <class Request, class Response>
  Status call(grpc::Status (v1::StudyService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
              const Request& request, Response* response,
              Milliseconds deadline = proto::kUnaryDeadline) {
    return calls_.call(*studies_, method, request, response, deadline);
  }

  template <class Row, class List>
  static Result<std::vector<Row>> decode_rows(const List& list) {
    return proto::decode_each<Row>(list,
                                   [](const auto& message) { return proto::decode(message); });
  }

  Status download(const ArtifactRef& artifact, const std::filesystem::path& file) {
    v1::GetRequest request;
    *request.mutable_artifact() = proto::encode(artifact);
    grpc::ClientContext context;
    proto::set_deadline(&context, kTransferDeadline);
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    Sha256 digest;
    const auto stream = artifacts_->Get(&context, request);
    v1::GetResponse piece;
    while (stream->Read(&piece)) {
      digest.update(piece.data());
      out.write(piece.data().data(), static_cast<std::streamsize>(piece.data().size()));
    }
    FOLDMILL_RETURN_IF_ERROR(calls_.explain(stream->Finish()));
    if (!out.flush()) return unavailable(concat("writing ", file.string(), " failed"));
    if (digest.hex() != artifact.sha256)
      return data_loss(concat("the file sent is not the one asked for, ", artifact.sha256));
    return ok_status();
  }

  CoordinatorCalls calls_;
  TrialClient trials_;
  std::unique_ptr<v1::StudyService::Stub> studies_;
  std::unique_ptr<v1::ArtifactService::Stub> artifacts_;
};

}  // namespace

Result<std::unique_ptr<CoordinatorClient>> make_coordinator_client(
    const std::string& address, const proto::ClientSecurity& security) {
  FOLDMILL_ASSIGN_OR_RETURN(const proto::Address parsed, proto::parse_address(address));
  FOLDMILL_ASSIGN_OR_RETURN(const auto channel, proto::make_channel(parsed, security));
  return std::unique_ptr<CoordinatorClient>(std::make_unique<Client>(address, channel));
}

}  // namespace foldmill::cli
