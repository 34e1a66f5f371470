#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>
#include <vector>

#include "core/sha256.h"
#include "core/text.h"
#include "foldmill/v1/artifact_service.grpc.pb.h"
#include "proto/transport/keepalive.h"
#include "storage/study_reader.h"
#include "tests/integration/coordinator_fixture.h"
#include "tests/support/process.h"

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;

v1::PutRequest reference(const std::string& sha256, int64_t bytes) {
  v1::PutRequest request;
  request.mutable_artifact()->set_sha256(sha256);
  request.mutable_artifact()->set_bytes(bytes);
  return request;
}

v1::PutRequest reference_to(const std::string& content) {
  return reference(sha256_hex(content), std::ssize(content));
}

v1::PutRequest chunk(std::string_view piece) {
  v1::PutRequest request;
  request.set_data(std::string(piece));
  return request;
}

class ArtifactServiceTest : public CoordinatorFixture {
 protected:
  struct PutAnswer {
    grpc::Status status;
    bool present = false;
  };

  // Sends as much as the coordinator takes: it may answer before the end.
  PutAnswer put(const std::vector<v1::PutRequest>& messages) {
    grpc::ClientContext context;
    proto::set_deadline(&context);
    v1::PutResponse response;
    const auto stream = stub()->Put(&context, &response);
    for (const v1::PutRequest& message : messages)
      if (!stream->Write(message)) break;
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    return {status, response.present()};
  }

  PutAnswer put_content(const std::string& content) {
    std::vector<v1::PutRequest> messages{reference_to(content)};
    for (size_t at = 0; at < content.size(); at += proto::kMaxChunkBytes)
      messages.push_back(chunk(std::string_view(content).substr(at, proto::kMaxChunkBytes)));
    return put(messages);
  }

  struct GetAnswer {
    grpc::Status status;
    std::string content;
    int pieces = 0;
  };

  GetAnswer get(const v1::ArtifactRef& wanted) {
    grpc::ClientContext context;
    proto::set_deadline(&context);
    v1::GetRequest request;
    *request.mutable_artifact() = wanted;
    const auto stream = stub()->Get(&context, request);
    GetAnswer answer;
    for (v1::GetResponse piece; stream->Read(&piece); ++answer.pieces)
      answer.content += piece.data();
    answer.status = stream->Finish();
    return answer;
  }

  // Whatever lies in the artifact directory, whole or half written.
  int files() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             storage::artifact_directory(dir_ / "study.db")))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

 private:
  std::unique_ptr<v1::ArtifactService::Stub> stub() {
    return v1::ArtifactService::NewStub(channel_);
  }
};

// Three chunks and a bit, without a period that a lost chunk could hide behind.
std::string long_content() {
  std::string content;
  for (int i = 0; content.size() < 3 * size_t{proto::kMaxChunkBytes} + 17; ++i)
    content += concat(i, ' ');
  return content;
}

TEST_F(ArtifactServiceTest, AFileOfManyPiecesComesBackAsItWas) {
  const std::string content = long_content();
  const PutAnswer stored = put_content(content);
  ASSERT_TRUE(stored.status.ok()) << stored.status.error_message();
  EXPECT_FALSE(stored.present);
  const GetAnswer answer = get(reference_to(content).artifact());
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_TRUE(answer.content == content);
  EXPECT_GE(answer.pieces, 4);
  EXPECT_EQ(files(), 1);
}

TEST_F(ArtifactServiceTest, AnEmptyFileIsAFile) {
  ASSERT_TRUE(put_content("").status.ok());
  const GetAnswer answer = get(reference_to("").artifact());
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.content, "");
}

TEST_F(ArtifactServiceTest, WhatIsThereAlreadyIsNotReadAgain) {
  ASSERT_FALSE(put_content("content").present);
  const PutAnswer again = put({reference_to("content")});  // not one byte of it
  ASSERT_TRUE(again.status.ok()) << again.status.error_message();
  EXPECT_TRUE(again.present);
}

TEST_F(ArtifactServiceTest, AFileThatWasDamagedIsSentAgain) {
  ASSERT_TRUE(put_content("content").status.ok());
  const ArtifactRef artifact{sha256_hex("content"), 7};
  std::ofstream(storage::artifact_path(dir_ / "study.db", artifact)) << "c0ntent";
  const PutAnswer again = put_content("content");
  ASSERT_TRUE(again.status.ok()) << again.status.error_message();
  EXPECT_FALSE(again.present);
  EXPECT_EQ(get(reference_to("content").artifact()).content, "content");
  EXPECT_EQ(files(), 1);
}

TEST_F(ArtifactServiceTest, AWrongDigestIsRefusedAndLeavesNothing) {
  const PutAnswer answer = put({reference(sha256_hex("other"), 7), chunk("content")});
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(answer.status.error_message(), HasSubstr(sha256_hex("content")));
  EXPECT_EQ(files(), 0);
  EXPECT_EQ(get(reference(sha256_hex("other"), 7).artifact()).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ArtifactServiceTest, ASizeThatIsNotKeptIsRefusedAndLeavesNothing) {
  const std::string digest = sha256_hex("content");
  const PutAnswer longer = put({reference(digest, 6), chunk("content")});
  EXPECT_EQ(longer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(longer.status.error_message(), HasSubstr("longer than the 6 bytes"));
  // Nothing is set aside for a claim: it costs what is sent.
  const PutAnswer huge = put({reference(digest, std::numeric_limits<int64_t>::max()), chunk("c")});
  EXPECT_EQ(huge.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(huge.status.error_message(), HasSubstr("ended after 1 of"));
  EXPECT_EQ(put({reference(digest, -1)}).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(files(), 0);
}

TEST_F(ArtifactServiceTest, AMessageTooLargeIsRefused) {
  grpc::ChannelArguments unlimited;  // our own channels would not even send it
  unlimited.SetMaxSendMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(coordinator_->addresses().front(),
                                       grpc::InsecureChannelCredentials(), unlimited);
  const std::string content(size_t{proto::kMaxMessageBytes} + 1, 'x');
  const PutAnswer answer = put({reference_to(content), chunk(content)});
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(put_content("sound").status.ok());
}

TEST_F(ArtifactServiceTest, AnUploadIsAReferenceAndThenData) {
  for (const auto& messages :
       std::vector<std::vector<v1::PutRequest>>{{},
                                                {chunk("content")},
                                                {chunk("content"), reference_to("content")},
                                                {reference_to("content"), reference_to("content")},
                                                {reference_to("content"), v1::PutRequest()}}) {
    const PutAnswer answer = put(messages);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(answer.status.error_message(), HasSubstr("an upload"));
  }
  EXPECT_EQ(files(), 0);
}

// A trial whose only checkpoint is this file is trained to its end, which lets the file go.
class LetGoTest : public ArtifactServiceTest {
 protected:
  void SetUp() override {
    ArtifactServiceTest::SetUp();
    worker_ = std::make_unique<testing::FakeWorker>(channel_);
    attempt_ = first_attempt(*worker_);
    ASSERT_TRUE(put_content(kContent).status.ok());
    worker_->send(epoch(1, attempt_, 1, 0.5));
    worker_->send({2, proto::CheckpointSaved{
                          attempt_, {1, {sha256_hex(kContent), std::ssize(kContent) - 1}}}});
  }
  void let_go() {
    worker_->send(epoch(3, attempt_, 2, 0.25));
    worker_->send({4, proto::AttemptFinished{attempt_, {}}});
    for (int acks = 0; acks < 4; ++acks)
      EXPECT_EQ(next_ack(*worker_).verdict, proto::AckVerdict::kAccepted);
  }

  static constexpr char kContent[] = "a checkpoint";
  std::unique_ptr<testing::FakeWorker> worker_;
  AttemptId attempt_;
};

TEST_F(LetGoTest, AFileThatNobodyNeedsGoes) {
  let_go();
  EXPECT_TRUE(testing::eventually([this] { return files() == 0; }));
}

TEST_F(LetGoTest, AFileThatAnotherWasJustToldIsThereStays) {
  ASSERT_TRUE(put({reference_to(kContent)}).present);
  let_go();
  // By the time these are done, a removal that was posted before them is, too.
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put_content(concat("later ", i)).status.ok());
  EXPECT_TRUE(get(reference_to(kContent).artifact()).status.ok());
}

TEST_F(ArtifactServiceTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(get(reference_to("content").artifact()).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ArtifactServiceTest, WhatIsNoDigestNeverBecomesAPath) {
  ASSERT_TRUE(put_content("content").status.ok());
  std::string upper = sha256_hex("content");
  upper[upper.find_first_of("abcdef")] = 'A';
  const std::string traversal = concat("../../", std::string(58, 'x'));  // of a digest's length
  for (const std::string& digest :
       {std::string("../../x"), traversal, std::string(), std::string("/etc/passwd"), upper}) {
    const v1::PutRequest wanted = reference(digest, 7);
    EXPECT_EQ(get(wanted.artifact()).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << digest;
    EXPECT_EQ(put({wanted, chunk("content")}).status.error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << digest;
  }
  EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace foldmill::coordinator
