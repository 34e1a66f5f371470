// Loops outside, over loopback: what they are handed, how often, and by which coordinator.

#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <thread>

#include "foldmill/v1/trial_service.grpc.pb.h"
#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;
using Stub = v1::TrialService::Stub;

class TrialServiceTest : public CoordinatorFixture {
 protected:
  void SetUp() override {
    CoordinatorFixture::SetUp();
    connect();
  }
  void connect() { trials_ = v1::TrialService::NewStub(channel_); }
  void restart() {
    coordinator_.reset();
    start();
    connect();
  }

  static StudySpec outside_study(int64_t trials, int folds = 1) {
    StudySpec spec = small_study("s");
    spec.model = {};
    spec.model.type = "external";
    spec.data = {};
    spec.trials = trials;
    spec.folds.k = folds;
    return spec;
  }

  template <class Method, class Request, class Response>
  grpc::Status call_trials(Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    proto::set_deadline(&context);
    return (trials_.get()->*method)(&context, request, response);
  }

  static v1::AskTrialRequest question(const std::string& key) {
    v1::AskTrialRequest request;
    request.set_study("s");
    request.set_key(key);
    request.set_holder("box");
    request.set_lease_ms(60'000);
    return request;
  }
  v1::AskTrialResponse ask(const std::string& key) {
    v1::AskTrialResponse response;
    const grpc::Status status = call_trials(&Stub::AskTrial, question(key), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  grpc::Status refused(const v1::AskTrialRequest& request) {
    v1::AskTrialResponse response;
    return call_trials(&Stub::AskTrial, request, &response);
  }

  static v1::HeldTrial hold(const v1::AskedTrial& trial) {
    v1::HeldTrial held;
    held.set_study(trial.study());
    held.set_trial(trial.trial());
    held.set_lease(trial.lease());
    return held;
  }
  grpc::Status report(const v1::AskedTrial& trial, int64_t epoch, double value,
                      v1::TrialStanding* standing) {
    v1::ReportEpochRequest request;
    *request.mutable_of() = hold(trial);
    request.set_epoch(epoch);
    request.set_value(value);
    return call_trials(&Stub::ReportEpoch, request, standing);
  }
  grpc::Status tell(const v1::AskedTrial& trial, double value, v1::TrialStanding* standing) {
    v1::TellTrialRequest request;
    *request.mutable_of() = hold(trial);
    request.set_kind(v1::RESULT_KIND_COMPLETED);
    request.set_value(value);
    return call_trials(&Stub::TellTrial, request, standing);
  }

  std::unique_ptr<Stub> trials_;
  v1::TrialStanding standing_;
};

TEST_F(TrialServiceTest, ManyAskersRaceForTheLastTrialsOfTheBudget) {
  constexpr int kAskers = 64, kTrials = 5;
  ASSERT_TRUE(create(outside_study(kTrials)).ok());
  std::vector<v1::AskTrialResponse> answers(kAskers);
  std::vector<std::thread> askers;
  for (int i = 0; i < kAskers; ++i)
    askers.emplace_back([&, i] { answers[static_cast<size_t>(i)] = ask("k" + std::to_string(i)); });
  for (std::thread& asker : askers) asker.join();
  std::set<int64_t> handed_out;
  int told_none = 0;
  for (const v1::AskTrialResponse& answer : answers) {
    if (answer.has_trial()) {
      EXPECT_TRUE(handed_out.insert(answer.trial().trial()).second) << "one holder each";
    } else {
      ++told_none;
      EXPECT_FALSE(answer.none().for_good()) << "those that are out may come back";
    }
  }
  EXPECT_EQ(handed_out.size(), size_t{kTrials});
  EXPECT_EQ(told_none, kAskers - kTrials);
  EXPECT_EQ(study("s").running(), kTrials);
}

TEST_F(TrialServiceTest, TheSameQuestionHasTheSameAnswerAfterARestart) {
  ASSERT_TRUE(create(outside_study(9)).ok());
  const v1::AskTrialResponse first = ask("mine");
  restart();
  EXPECT_EQ(ask("mine").SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(study("s").running(), 1);
  ASSERT_TRUE(report(first.trial(), 1, 0.5, &standing_).ok());
  EXPECT_TRUE(standing_.go_on());
  restart();
  ASSERT_TRUE(report(first.trial(), 1, 0.5, &standing_).ok());
  EXPECT_TRUE(standing_.repeated());
  ASSERT_TRUE(tell(first.trial(), 0.25, &standing_).ok());
  restart();
  ASSERT_TRUE(tell(first.trial(), 0.25, &standing_).ok());
  EXPECT_TRUE(standing_.repeated());
  const v1::Trial done = trial("s");
  EXPECT_EQ(done.state(), v1::TRIAL_STATE_COMPLETED);
  EXPECT_EQ(done.value(), 0.25);
  EXPECT_EQ(done.folds(0).curve_size(), 1);
  EXPECT_EQ(done.folds(0).attempts_size(), 1);
  EXPECT_EQ(done.folds(0).attempts(0).worker(), "ask:box");
}

TEST_F(TrialServiceTest, AStudyThatIsDoneHasNoTrialAnyMore) {
  ASSERT_TRUE(create(outside_study(1)).ok());
  ASSERT_TRUE(tell(ask("a").trial(), 0.5, &standing_).ok());
  const v1::AskTrialResponse none = ask("b");
  ASSERT_TRUE(none.has_none());
  EXPECT_TRUE(none.none().for_good());
  EXPECT_THAT(none.none().reason(), HasSubstr("s is completed: 1 of 1 trials"));
}

TEST_F(TrialServiceTest, NanTravelsAndEndsTheTrial) {
  ASSERT_TRUE(create(outside_study(2)).ok());
  ASSERT_TRUE(report(ask("a").trial(), 1, std::nan(""), &standing_).ok());
  EXPECT_FALSE(standing_.go_on());
  EXPECT_EQ(trial("s").cause(), v1::END_CAUSE_DIVERGED);
}

TEST_F(TrialServiceTest, AskersAreNotListedAmongTheWorkers) {
  ASSERT_TRUE(create(outside_study(2)).ok());
  ask("a");
  v1::ListWorkersResponse workers;
  ASSERT_TRUE(call(&v1::StudyService::Stub::ListWorkers, v1::ListWorkersRequest(), &workers).ok());
  EXPECT_EQ(workers.workers_size(), 0);
}

TEST_F(TrialServiceTest, QuestionsThatMakeNoSenseAreRefused) {
  ASSERT_TRUE(create(outside_study(2)).ok());
  v1::AskTrialRequest request = question("");
  EXPECT_EQ(refused(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = question(std::string(200, 'k'));
  EXPECT_EQ(refused(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = question("a\nb");
  EXPECT_EQ(refused(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = question("k");
  request.set_lease_ms(0);
  EXPECT_THAT(refused(request).error_message(), HasSubstr("between 1 s and 30 days"));
  request = question("k");
  request.set_study("other");
  EXPECT_EQ(refused(request).error_code(), grpc::StatusCode::NOT_FOUND);
  request = question("k");
  v1::Parameter* parameter = request.add_fixed();
  parameter->set_name("momentum");
  parameter->mutable_value()->set_double_value(0.9);
  EXPECT_EQ(refused(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(study("s").running(), 0);
}

TEST_F(TrialServiceTest, WordsThatMakeNoSenseAreRefused) {
  ASSERT_TRUE(create(outside_study(2)).ok());
  const v1::AskedTrial trial = ask("a").trial();
  v1::TellTrialRequest request;
  *request.mutable_of() = hold(trial);
  EXPECT_EQ(call_trials(&Stub::TellTrial, request, &standing_).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_kind(v1::RESULT_KIND_COMPLETED);
  request.mutable_of()->set_trial(-1);
  EXPECT_EQ(call_trials(&Stub::TellTrial, request, &standing_).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.mutable_of()->set_trial(7);
  EXPECT_EQ(call_trials(&Stub::TellTrial, request, &standing_).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(report(trial, 3, 0.5, &standing_).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(TrialServiceTest, PointsAreEnqueuedInARunningStudyAndShownWithIt) {
  ASSERT_TRUE(create(outside_study(3)).ok());
  v1::EnqueueTrialRequest request;
  request.set_study("s");
  v1::Parameter* parameter = request.add_point();
  parameter->set_name("lr");
  parameter->mutable_value()->set_double_value(0.25);
  v1::EnqueueTrialResponse response;
  ASSERT_TRUE(call_trials(&Stub::EnqueueTrial, request, &response).ok());
  EXPECT_THAT(response.note(), HasSubstr("1 point waits"));
  restart();
  ASSERT_EQ(study("s").spec().enqueue_size(), 1);
  EXPECT_EQ(ask("a").trial().params(0).value().double_value(), 0.25);
  EXPECT_TRUE(trial("s").enqueued());
  EXPECT_TRUE(create(outside_study(3)).ok()) << "the file's study is still the same";
}

TEST_F(TrialServiceTest, LeasesAreRenewed) {
  ASSERT_TRUE(create(outside_study(3)).ok());
  v1::RenewLeaseRequest request;
  *request.mutable_of() = hold(ask("a").trial());
  ASSERT_TRUE(call_trials(&Stub::RenewLease, request, &standing_).ok());
  EXPECT_TRUE(standing_.go_on());
  request.mutable_of()->set_lease(2);
  EXPECT_EQ(call_trials(&Stub::RenewLease, request, &standing_).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace foldmill::coordinator
