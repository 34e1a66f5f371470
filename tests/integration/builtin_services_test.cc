#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <future>

#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;

struct RawAnswer {
  grpc::Status status;
  std::string bytes;
};

// The services that gRPC brings are asked with messages put together by hand: their protos would
// be one dependency more.
class BuiltinServicesTest : public CoordinatorFixture {
 protected:
  RawAnswer ask(const std::string& method, const std::string& request) {
    grpc::ClientContext context;
    proto::set_deadline(&context);
    const grpc::Slice slice(request);
    const grpc::ByteBuffer sent(&slice, 1);
    grpc::ByteBuffer received;
    std::promise<grpc::Status> done;
    grpc::GenericStub stub(channel_);
    stub.UnaryCall(&context, method, grpc::StubOptions(), &sent, &received,
                   [&done](grpc::Status status) { done.set_value(std::move(status)); });
    RawAnswer answer{done.get_future().get(), {}};
    std::vector<grpc::Slice> slices;
    if (answer.status.ok() && received.Dump(&slices).ok())
      for (const grpc::Slice& piece : slices)
        answer.bytes.append(reinterpret_cast<const char*>(piece.begin()), piece.size());
    return answer;
  }
};

TEST_F(BuiltinServicesTest, HealthChecksSayServing) {
  const RawAnswer answer = ask("/grpc.health.v1.Health/Check", "");
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.bytes, "\x08\x01");  // status = 1: SERVING
}

TEST_F(BuiltinServicesTest, HealthOfAnUnknownServiceIsNotFound) {
  const RawAnswer answer = ask("/grpc.health.v1.Health/Check", "\x0a\x01x");  // service = "x"
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::NOT_FOUND);
}

// A stream of one message each way is the same bytes as a unary call.
TEST_F(BuiltinServicesTest, ReflectionListsEveryService) {
  const RawAnswer answer = ask("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                               "\x3a\x01*");  // list_services = "*"
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  for (const char* service :
       {"foldmill.v1.StudyService", "foldmill.v1.WorkerService", "foldmill.v1.ArtifactService"})
    EXPECT_THAT(answer.bytes, HasSubstr(service));
}

TEST_F(BuiltinServicesTest, AnUnknownMethodIsUnimplemented) {
  const RawAnswer answer = ask("/foldmill.v1.StudyService/Divine", "");
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace foldmill::coordinator
