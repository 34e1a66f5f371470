#include "worker/agent/artifact_client.h"

#include <grpcpp/client_context.h>

#include <fstream>
#include <string>

#include "core/text.h"
#include "foldmill/v1/artifact_service.grpc.pb.h"
#include "proto/codec/status_codec.h"
#include "proto/transport/channel.h"

namespace foldmill::worker {
namespace {

constexpr size_t kChunk = size_t{512} * 1024;
// A minute and 100 kB/s: less than any link that models are worth sending over. A try that fails
// begins anew, so what is too slow never arrives; a dead connection is the keepalive's to notice.
constexpr Milliseconds kLeastDeadline{60'000};
constexpr int64_t kBytesPerMillisecond = 100;

void allow_time_for(const ArtifactRef& artifact, grpc::ClientContext* context) {
  proto::set_deadline(context,
                      kLeastDeadline + Milliseconds(artifact.bytes / kBytesPerMillisecond));
}

void describe(const ArtifactRef& artifact, v1::ArtifactRef* message) {
  message->set_sha256(artifact.sha256);
  message->set_bytes(artifact.bytes);
}

}  // namespace

Status ArtifactClient::put(const ArtifactRef& artifact, const std::filesystem::path& file) const {
  std::ifstream source(file, std::ios::binary);
  if (!source) return not_found(concat("'", file.string(), "' is not there any more"));
  grpc::ClientContext context;
  allow_time_for(artifact, &context);
  const OpenCalls::Entry entry(calls_, &context);
  v1::PutResponse response;
  const auto writer = v1::ArtifactService::NewStub(channel_)->Put(&context, &response);
  v1::PutRequest request;
  describe(artifact, request.mutable_artifact());
  bool open = writer->Write(request);
  std::string chunk(kChunk, '\0');
  // A Write that fails is not an error yet: the coordinator may have the file and have answered.
  while (open && source) {
    source.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    if (source.gcount() == 0) break;
    request.set_data(chunk.data(), static_cast<size_t>(source.gcount()));
    open = writer->Write(request);
  }
  writer->WritesDone();
  return proto::decode(writer->Finish());
}

Status ArtifactClient::get(const ArtifactRef& artifact, const std::filesystem::path& file) const {
  grpc::ClientContext context;
  allow_time_for(artifact, &context);
  const OpenCalls::Entry entry(calls_, &context);
  v1::GetRequest request;
  describe(artifact, request.mutable_artifact());
  const auto reader = v1::ArtifactService::NewStub(channel_)->Get(&context, request);
  std::ofstream target(file, std::ios::binary | std::ios::trunc);
  v1::GetResponse response;
  while (target && reader->Read(&response))
    target.write(response.data().data(), static_cast<std::streamsize>(response.data().size()));
  target.close();
  if (!target) {
    context.TryCancel();
    return resource_exhausted(concat("writing '", file.string(), "' failed; is the disk full?"));
  }
  return proto::decode(reader->Finish());
}

}  // namespace foldmill::worker
