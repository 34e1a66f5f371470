#pragma once

#include "coordinator/artifact_promises.h"
#include "coordinator/asio.h"
#include "foldmill/v1/artifact_service.grpc.pb.h"
#include "storage/artifacts/artifact_store.h"

namespace foldmill::coordinator {

// Files in and out, in pieces. The work is done on `files`, never on control. Each call's reactor
// owns itself and goes when gRPC has said OnDone; its steps follow one another, so it needs no
// lock.
class ArtifactServiceImpl final : public v1::ArtifactService::CallbackService {
 public:
  ArtifactServiceImpl(storage::ArtifactStore& store, ArtifactPromises& promises,
                      asio::thread_pool& files)
      : store_(store), promises_(promises), files_(files) {}

  grpc::ServerReadReactor<v1::PutRequest>* Put(grpc::CallbackServerContext*,
                                               v1::PutResponse* response) override;
  grpc::ServerWriteReactor<v1::GetResponse>* Get(grpc::CallbackServerContext*,
                                                 const v1::GetRequest* request) override;

 private:
  storage::ArtifactStore& store_;
  ArtifactPromises& promises_;
  asio::thread_pool& files_;
};

}  // namespace foldmill::coordinator
