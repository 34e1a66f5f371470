#include "cli/coordinator_client.h"

#include <gmock/gmock.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>

#include "core/text.h"
#include "foldmill/v1/study_service.grpc.pb.h"
#include "proto/codec/status_codec.h"
#include "proto/codec/worker_message.h"
#include "tests/support/temp_dir.h"

namespace foldmill::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Says which protocol it speaks, and counts what it is asked beyond that.
class Coordinator final : public v1::StudyService::Service {
 public:
  explicit Coordinator(int protocol) : protocol_(protocol) {}

  grpc::Status GetServerInfo(grpc::ServerContext*, const v1::GetServerInfoRequest*,
                             v1::ServerInfo* response) override {
    ++introductions;
    response->set_version("9.9.9");
    response->set_protocol(protocol_);
    return grpc::Status::OK;
  }
  grpc::Status ListStudies(grpc::ServerContext*, const v1::ListStudiesRequest*,
                           v1::ListStudiesResponse*) override {
    ++questions;
    return grpc::Status::OK;
  }
  grpc::Status CreateStudy(grpc::ServerContext*, const v1::CreateStudyRequest*,
                           v1::CreateStudyResponse*) override {
    ++questions;
    return refusal;
  }

  std::atomic<int> introductions{0}, questions{0};
  grpc::Status refusal;  // of what would create a study

 private:
  int protocol_;
};

class CoordinatorClientTest : public ::testing::Test {
 protected:
  void serve(int protocol) {
    coordinator_ = std::make_unique<Coordinator>(protocol);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
    builder.RegisterService(coordinator_.get());
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    client_ = *make_coordinator_client(address_, {});
  }
  void TearDown() override {
    client_.reset();  // an idle client would hold the shutdown
    if (server_) server_->Shutdown();
  }

  test::TempDir directory_;
  std::string address_ = concat("unix:", (directory_.path() / "socket").string());
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<CoordinatorClient> client_;
};

TEST_F(CoordinatorClientTest, AsksNothingOfACoordinatorThatSpeaksAnotherProtocol) {
  serve(proto::kProtocolVersion + 1);
  const Status read = client_->list_studies({}).status();
  EXPECT_EQ(read.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(read.message(), AllOf(HasSubstr(address_), HasSubstr("foldmill 9.9.9"),
                                    HasSubstr("install the same version")));
  EXPECT_EQ(client_->create({}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(client_->server_info(Milliseconds(10'000)).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(coordinator_->questions, 0);
}

TEST_F(CoordinatorClientTest, AsksOnceWhatIsSpoken) {
  serve(proto::kProtocolVersion);
  EXPECT_TRUE(client_->list_studies({}).ok());
  EXPECT_TRUE(client_->list_studies({}).ok());
  EXPECT_EQ(coordinator_->questions, 2);
  EXPECT_EQ(coordinator_->introductions, 1);
}

TEST_F(CoordinatorClientTest, WhatTheCoordinatorSaysIsNotTakenForItsNotBeingReached) {
  serve(proto::kProtocolVersion);
  coordinator_->refusal = proto::encode(unavailable("its disk is full"));
  const Status full = client_->create({}).status();
  EXPECT_EQ(full.code(), StatusCode::kUnavailable);
  EXPECT_EQ(full.message(), "its disk is full");
  coordinator_->refusal = {grpc::StatusCode::UNAVAILABLE, "Socket closed"};
  const Status broken = client_->create({}).status();
  EXPECT_EQ(broken.message(), concat("cannot reach the coordinator ", address_, ": Socket closed"));
  coordinator_->refusal = {grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"};
  const Status late = client_->create({}).status();
  EXPECT_EQ(late.code(), StatusCode::kUnavailable);
  EXPECT_THAT(late.message(),
              HasSubstr(concat("no answer in time from the coordinator ", address_)));
}

}  // namespace
}  // namespace foldmill::cli
