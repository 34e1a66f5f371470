#include "tests/bench/load/create_study.h"

#include "foldmill/v1/study_service.grpc.pb.h"
#include "proto/codec/study_codec.h"

namespace foldmill::bench {

Status create_study(const std::shared_ptr<grpc::Channel>& channel, const StudySpec& spec) {
  v1::CreateStudyRequest request;
  *request.mutable_spec() = proto::encode(spec);
  v1::CreateStudyResponse response;
  grpc::ClientContext context;
  proto::set_deadline(&context);
  const grpc::Status status =
      v1::StudyService::NewStub(channel)->CreateStudy(&context, request, &response);
  return status.ok() ? ok_status()
                     : internal_error("creating the study: " + status.error_message());
}

}  // namespace foldmill::bench
