#include "coordinator/rpc/artifact_service.h"

#include <memory>
#include <optional>
#include <utility>

#include "proto/codec/status_codec.h"
#include "proto/codec/value_codec.h"
#include "proto/transport/keepalive.h"

namespace foldmill::coordinator {
namespace {

class PutReactor final : public grpc::ServerReadReactor<v1::PutRequest> {
 public:
  PutReactor(storage::ArtifactStore& store, ArtifactPromises& promises, asio::thread_pool& files,
             v1::PutResponse* response)
      : store_(store), promises_(promises), files_(files), response_(response) {
    StartRead(&request_);
  }

 private:
  void OnReadDone(bool ok) override {
    asio::post(files_, [this, ok]() noexcept { ok ? take() : end(); });
  }
  void OnDone() override { delete this; }

  void take() {
    const Status status = writer_ ? append() : begin();
    if (status.ok() && !response_->present()) {
      StartRead(&request_);
    } else {
      answer(status);
    }
  }

  Status begin() {
    if (!request_.has_artifact())
      return invalid_argument("an upload begins with the artifact's digest and size");
    FOLDMILL_ASSIGN_OR_RETURN(const ArtifactRef artifact, proto::decode(request_.artifact()));
    promises_.promise(artifact, SteadyTime::clock::now());
    promised_ = artifact;
    response_->set_present(store_.contains(artifact));
    if (response_->present()) return ok_status();
    FOLDMILL_ASSIGN_OR_RETURN(writer_, store_.begin(artifact));
    return ok_status();
  }

  Status append() {
    if (request_.kind_case() != v1::PutRequest::kData)
      return invalid_argument("an upload goes on with data");
    return writer_->append(request_.data());
  }

  // Also when the caller was cut off: too few bytes then, and nothing is kept.
  void end() {
    answer(writer_ ? writer_->commit()
                   : invalid_argument("an upload begins with the artifact's digest and size"));
  }

  // What was refused is removed first: a caller that tries again at once has its space back.
  void answer(const Status& status) {
    writer_.reset();
    if (promised_ && !status.ok()) promises_.settle(*promised_);
    Finish(proto::encode(status));
  }

  storage::ArtifactStore& store_;
  ArtifactPromises& promises_;
  asio::thread_pool& files_;
  v1::PutResponse* response_;
  v1::PutRequest request_;
  std::optional<ArtifactRef> promised_;
  std::unique_ptr<storage::ArtifactWriter> writer_;
};

class GetReactor final : public grpc::ServerWriteReactor<v1::GetResponse> {
 public:
  GetReactor(storage::ArtifactStore& store, asio::thread_pool& files, v1::ArtifactRef wanted)
      : files_(files) {
    asio::post(files_, [this, &store, wanted = std::move(wanted)]() noexcept {
      const Status status = open(store, wanted);
      status.ok() ? send_piece() : Finish(proto::encode(status));
    });
  }

 private:
  void OnWriteDone(bool ok) override {
    asio::post(files_, [this, ok]() noexcept {
      ok ? send_piece() : Finish(proto::encode(cancelled("the caller left")));
    });
  }
  void OnDone() override { delete this; }

  Status open(storage::ArtifactStore& store, const v1::ArtifactRef& wanted) {
    FOLDMILL_ASSIGN_OR_RETURN(const ArtifactRef artifact, proto::decode(wanted));
    FOLDMILL_ASSIGN_OR_RETURN(reader_, store.read(artifact));
    return ok_status();
  }

  void send_piece() {
    Result<std::string> piece = reader_->read(proto::kMaxChunkBytes);
    if (!piece.ok() || piece->empty()) return Finish(proto::encode(piece.status()));
    response_.set_data(std::move(piece).value());
    StartWrite(&response_);
  }

  asio::thread_pool& files_;
  std::optional<storage::ArtifactReader> reader_;
  v1::GetResponse response_;
};

}  // namespace

grpc::ServerReadReactor<v1::PutRequest>* ArtifactServiceImpl::Put(grpc::CallbackServerContext*,
                                                                  v1::PutResponse* response) {
  return new PutReactor(store_, promises_, files_, response);
}

grpc::ServerWriteReactor<v1::GetResponse>* ArtifactServiceImpl::Get(grpc::CallbackServerContext*,
                                                                    const v1::GetRequest* request) {
  return new GetReactor(store_, files_, request->artifact());
}

}  // namespace foldmill::coordinator
