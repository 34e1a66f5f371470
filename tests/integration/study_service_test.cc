#include <gmock/gmock.h>

#include "storage/open.h"
#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;
using Stub = v1::StudyService::Stub;

class StudyServiceTest : public CoordinatorFixture {
 protected:
  grpc::Status command(const std::string& study, v1::StudyVerb verb, int64_t trials = 0) {
    v1::CommandStudyRequest request;
    request.set_study(study);
    request.set_verb(verb);
    request.set_trials(trials);
    v1::CommandStudyResponse response;
    return call(&Stub::CommandStudy, request, &response);
  }
};

TEST_F(StudyServiceTest, CreatesOnceAndValidates) {
  EXPECT_TRUE(create(small_study("s")).ok());
  EXPECT_TRUE(create(small_study("s")).ok());  // the same once more is the same study
  StudySpec other = small_study("s");
  other.constants = {{"epochs", int64_t{3}}};
  EXPECT_EQ(create(other).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  StudySpec bad = small_study("t");
  bad.trials = 0;
  EXPECT_EQ(create(bad).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StudyServiceTest, CommandsAreCheckedAndObeyed) {
  ASSERT_TRUE(create(small_study("s")).ok());
  EXPECT_TRUE(command("s", v1::STUDY_VERB_PAUSE).ok());
  EXPECT_EQ(command("nobody", v1::STUDY_VERB_PAUSE).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(command("s", v1::STUDY_VERB_UNSPECIFIED).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(command("s", v1::STUDY_VERB_EXTEND, 0).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StudyServiceTest, ListsArePaged) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(create(small_study(name)).ok());
  v1::ListStudiesRequest request;
  request.set_page_size(2);
  v1::ListStudiesResponse first, second;
  ASSERT_TRUE(call(&Stub::ListStudies, request, &first).ok());
  EXPECT_EQ(first.studies_size(), 2);
  request.set_page_token(first.next_page_token());
  ASSERT_TRUE(call(&Stub::ListStudies, request, &second).ok());
  EXPECT_EQ(second.studies_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");
  request.set_page_size(-1);
  EXPECT_EQ(call(&Stub::ListStudies, request, &first).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StudyServiceTest, AWatchEndsWithItsStudy) {
  ASSERT_TRUE(create(small_study("s")).ok());
  grpc::ClientContext context;
  proto::set_deadline(&context);
  v1::WatchStudyRequest request;
  request.set_study("s");
  const auto stream = studies_->WatchStudy(&context, request);
  v1::WatchStudyResponse view;
  ASSERT_TRUE(stream->Read(&view));
  EXPECT_EQ(view.study().state(), v1::STUDY_STATE_ACTIVE);
  ASSERT_TRUE(command("s", v1::STUDY_VERB_CANCEL).ok());
  while (stream->Read(&view)) {
  }
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(view.study().state(), v1::STUDY_STATE_CANCELLED);
}

TEST_F(StudyServiceTest, AWatchOfNothingSaysSo) {
  grpc::ClientContext context;
  proto::set_deadline(&context);
  v1::WatchStudyRequest request;
  request.set_study("nobody");
  const auto stream = studies_->WatchStudy(&context, request);
  v1::WatchStudyResponse view;
  EXPECT_FALSE(stream->Read(&view));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(StudyServiceTest, SaysWhoItIs) {
  v1::ServerInfo info;
  ASSERT_TRUE(call(&Stub::GetServerInfo, v1::GetServerInfoRequest(), &info).ok());
  EXPECT_EQ(info.protocol(), proto::kProtocolVersion);
  EXPECT_THAT(info.database(), HasSubstr("study.db"));
}

TEST_F(StudyServiceTest, ASecondCoordinatorIsToldWhoHoldsTheDatabase) {
  const Result<Database> second = open_database(dir_ / "study.db", {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(second.status().message(), HasSubstr(coordinator_->addresses().front()));
}

}  // namespace
}  // namespace foldmill::coordinator
