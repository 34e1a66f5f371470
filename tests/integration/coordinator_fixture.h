#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "coordinator/coordinator.h"
#include "foldmill/v1/study_service.grpc.pb.h"
#include "proto/codec/study_codec.h"
#include "proto/transport/channel.h"
#include "tests/support/fake_worker.h"
#include "tests/support/temp_dir.h"

namespace foldmill::coordinator {

// A whole coordinator in this process, on a port that the system chose, with a database of its own.
class CoordinatorFixture : public ::testing::Test {
 protected:
  void SetUp() override { start(); }

  void start() {
    Result<Database> database = open_database(dir_ / "study.db", {});
    ASSERT_TRUE(database.ok()) << database.status().message();
    prepare(*database);
    Options options;
    options.database = dir_ / "study.db";
    options.listen = {*proto::parse_address("127.0.0.1:0")};
    options.engine = engine_options_;
    coordinator_ =
        std::make_unique<Coordinator>(std::move(database).value(), options, Logging::none(),
                                      [](const Status& status) { FAIL() << status.message(); });
    ASSERT_EQ(coordinator_->start(), ok_status());
    channel_ = *proto::make_channel(*proto::parse_address(coordinator_->addresses().front()), {});
    studies_ = v1::StudyService::NewStub(channel_);
  }

  // Before the coordinator has it.
  virtual void prepare(Database&) {}

  // One trial of two epochs, sampled at random and never pruned.
  static StudySpec small_study(const std::string& name) {
    StudySpec spec;
    spec.name = name;
    spec.data.dataset = "fashion-mnist";
    spec.model.type = "command";
    spec.model.command = {"true"};
    spec.constants = {{"epochs", int64_t{2}}};
    spec.space = *SearchSpace::create({{"lr", *Distribution::make_float(0, 1), {}}});
    spec.sampler.type = "random";
    spec.pruning.type = "none";
    spec.schedule.order = FoldOrder::kTrialFirst;
    spec.trials = 1;
    return spec;
  }

  grpc::Status create(const StudySpec& spec) {
    v1::CreateStudyRequest request;
    *request.mutable_spec() = proto::encode(spec);
    v1::CreateStudyResponse response;
    return call(&v1::StudyService::Stub::CreateStudy, request, &response);
  }

  template <class Method, class Request, class Response>
  grpc::Status call(Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    proto::set_deadline(&context);
    return (studies_.get()->*method)(&context, request, response);
  }

  v1::Study study(const std::string& name) {
    v1::GetStudyRequest request;
    request.set_name(name);
    v1::Study found;
    EXPECT_TRUE(call(&v1::StudyService::Stub::GetStudy, request, &found).ok());
    return found;
  }

  v1::Trial trial(const std::string& study, int64_t number = 0) {
    v1::GetTrialRequest request;
    request.set_study(study);
    request.set_trial(number);
    v1::Trial found;
    EXPECT_TRUE(call(&v1::StudyService::Stub::GetTrial, request, &found).ok());
    return found;
  }

  // The next attempt that the worker is given; 0 if it never is.
  AttemptId next_attempt(testing::FakeWorker& worker) {
    const auto assignment = worker.next<proto::SlotAssignment>();
    EXPECT_TRUE(assignment);
    if (!assignment) return AttemptId(0);
    leased_[assignment->assignment.attempt] = assignment->leased;
    return assignment->assignment.attempt;
  }

  // What a worker says of it that comes back.
  proto::RunningAttempt running(AttemptId attempt) { return {attempt, 0, leased_[attempt]}; }

  // A study, a worker, and the worker's first attempt.
  AttemptId first_attempt(testing::FakeWorker& worker) {
    EXPECT_TRUE(create(small_study("s")).ok());
    worker.hello("a");
    EXPECT_TRUE(worker.next<proto::Welcome>());
    return next_attempt(worker);
  }

  static proto::Ack next_ack(testing::FakeWorker& worker) {
    const auto ack = worker.next<proto::Ack>();
    EXPECT_TRUE(ack);
    return ack.value_or(proto::Ack{0, proto::AckVerdict::kRejected, "none came"});
  }

  static proto::WorkerMessage epoch(uint64_t sequence, AttemptId attempt, int64_t number,
                                    double value) {
    return {sequence, proto::AttemptReport{attempt, {number, {{"val_loss", value}}, 0.1}}};
  }

  test::TempDir dir_;
  engine::EngineOptions engine_options_;  // of the next start()
  std::unique_ptr<Coordinator> coordinator_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::StudyService::Stub> studies_;
  std::map<AttemptId, WallTime> leased_;
};

}  // namespace foldmill::coordinator
