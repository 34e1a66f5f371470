#include <gmock/gmock.h>

#include "core/text.h"
#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using foldmill::testing::FakeWorker;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::StudyService::Stub;

class StudyReadsTest : public CoordinatorFixture {
 protected:
  struct QueryAnswer {
    grpc::Status status;
    v1::QueryResponse table;
  };
  QueryAnswer query(const std::string& sql, int64_t row_cap = 0) {
    v1::QueryRequest request;
    request.set_sql(sql);
    request.set_row_cap(row_cap);
    QueryAnswer answer;
    answer.status = call(&Stub::Query, request, &answer.table);
    return answer;
  }

  // Five trials at once, each with its attempt on disk.
  void run_five_trials(FakeWorker& worker) {
    StudySpec spec = small_study("s");
    spec.trials = 5;
    ASSERT_TRUE(create(spec).ok());
    worker.hello("a", "1", {}, 5);
    for (int i = 0; i < 5; ++i) ASSERT_GE(next_attempt(worker).value, 1);
  }
};

TEST_F(StudyReadsTest, SqlOverTheViewsIsAnswered) {
  ASSERT_TRUE(create(small_study("s")).ok());
  const auto [status, table] = query("SELECT study, budget, ended FROM study_list");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(table.columns(), ElementsAre("study", "budget", "ended"));
  ASSERT_EQ(table.rows_size(), 1);
  EXPECT_EQ(table.rows(0).cells(0).string_value(), "s");
  EXPECT_EQ(table.rows(0).cells(1).int_value(), 1);
  EXPECT_EQ(table.rows(0).cells(2).kind_case(), v1::Cell::KIND_NOT_SET);
  EXPECT_FALSE(table.truncated());
}

TEST_F(StudyReadsTest, SqlThatWritesIsRefused) {
  ASSERT_TRUE(create(small_study("s")).ok());
  for (const char* sql : {"INSERT INTO study (name) VALUES ('t')", "DELETE FROM study",
                          "DROP TABLE study", "SELECT 1; DELETE FROM study", "VACUUM"}) {
    const grpc::Status status = query(sql).status;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << sql;
    EXPECT_NE(status.error_message(), "") << sql;
  }
  EXPECT_EQ(query("").status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_ACTIVE);
}

TEST_F(StudyReadsTest, ACappedAnswerSaysSo) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(create(small_study(name)).ok());
  const QueryAnswer capped = query("SELECT study FROM study_list", 2);
  ASSERT_TRUE(capped.status.ok()) << capped.status.error_message();
  EXPECT_EQ(capped.table.rows_size(), 2);
  EXPECT_TRUE(capped.table.truncated());
  const QueryAnswer exact = query("SELECT study FROM study_list", 3);
  EXPECT_EQ(exact.table.rows_size(), 3);
  EXPECT_FALSE(exact.table.truncated());
}

TEST_F(StudyReadsTest, AWorkerIsListedOnceItIsWelcome) {
  FakeWorker worker(channel_);
  worker.hello("a", "1", {}, 3);
  ASSERT_TRUE(worker.next<proto::Welcome>());
  v1::ListWorkersResponse response;
  ASSERT_TRUE(call(&Stub::ListWorkers, v1::ListWorkersRequest(), &response).ok());
  ASSERT_EQ(response.workers_size(), 1);
  EXPECT_EQ(response.workers(0).name(), "a");
  EXPECT_EQ(response.workers(0).state(), "ready");
  EXPECT_EQ(response.workers(0).slots(), 3);
  EXPECT_EQ(response.workers(0).busy(), 0);
  EXPECT_EQ(response.workers(0).version(), "test");
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(StudyReadsTest, TrialsArePagedEachOnce) {
  FakeWorker worker(channel_);
  run_five_trials(worker);
  v1::ListTrialsRequest request;
  request.set_study("s");
  request.set_page_size(2);
  std::vector<int64_t> numbers;
  std::vector<int> sizes;
  do {
    v1::ListTrialsResponse page;
    ASSERT_TRUE(call(&Stub::ListTrials, request, &page).ok());
    for (const v1::Trial& trial : page.trials()) numbers.push_back(trial.number());
    sizes.push_back(page.trials_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && sizes.size() < 5);
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
  EXPECT_THAT(numbers, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(StudyReadsTest, TrialsAreFilteredAndMistakesExplained) {
  FakeWorker worker(channel_);
  run_five_trials(worker);
  v1::ListTrialsRequest request;
  request.set_study("s");
  request.set_where("number >= 3");
  v1::ListTrialsResponse found;
  ASSERT_TRUE(call(&Stub::ListTrials, request, &found).ok());
  EXPECT_EQ(found.trials_size(), 2);
  for (const auto spoil : std::vector<void (*)(v1::ListTrialsRequest&)>{
           [](auto& r) { r.set_where("number >"); }, [](auto& r) { r.set_sort("colour"); },
           [](auto& r) { r.set_page_token("no page"); }, [](auto& r) { r.set_page_size(1001); }}) {
    v1::ListTrialsRequest bad = request;
    spoil(bad);
    const grpc::Status status = call(&Stub::ListTrials, bad, &found);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << bad.ShortDebugString();
    EXPECT_NE(status.error_message(), "") << bad.ShortDebugString();
  }
}

TEST_F(StudyReadsTest, AnUnknownStudyIsNotFoundAndTheNearestIsNamed) {
  ASSERT_TRUE(create(small_study("baseline")).ok());
  for (int verb = v1::STUDY_VERB_PAUSE; verb < v1::StudyVerb_ARRAYSIZE; ++verb) {
    v1::CommandStudyRequest request;
    request.set_study("basleine");
    request.set_verb(static_cast<v1::StudyVerb>(verb));
    request.set_trials(1);
    v1::CommandStudyResponse response;
    const grpc::Status status = call(&Stub::CommandStudy, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << verb;
    EXPECT_THAT(status.error_message(), HasSubstr("baseline")) << verb;
  }
  v1::GetStudyRequest wanted;
  wanted.set_name("basleine");
  v1::Study response;
  const grpc::Status status = call(&Stub::GetStudy, wanted, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("baseline"));
}

TEST_F(StudyReadsTest, AStudyThatIsNotSoundIsRefusedWithTheReason) {
  StudySpec misspelt = small_study("s");
  misspelt.sampler.type = "randon";
  const grpc::Status status = create(misspelt);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("did you mean 'random'?"));
  v1::CreateStudyResponse response;
  EXPECT_EQ(call(&Stub::CreateStudy, v1::CreateStudyRequest(), &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::ListStudiesResponse none;
  ASSERT_TRUE(call(&Stub::ListStudies, v1::ListStudiesRequest(), &none).ok());
  EXPECT_EQ(none.studies_size(), 0);
}

}  // namespace
}  // namespace foldmill::coordinator
