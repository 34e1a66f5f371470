#include "tests/history/asker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

#include "core/text.h"
#include "proto/transport/channel.h"

namespace foldmill::history {
namespace {

using Stub = v1::TrialService::Stub;
constexpr int64_t kLongestPauseMs = 30;
constexpr int64_t kLongestWaitMs = 400;  // for a trial; hundreds may be waiting

bool was_not_heard(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
}

}  // namespace

Asker::Asker(Log& log, const std::shared_ptr<grpc::Channel>& channel, Options options,
             uint64_t seed, const std::atomic<bool>& over)
    : log_(log),
      stub_(v1::TrialService::NewStub(channel)),
      options_(std::move(options)),
      random_(seed),
      over_(over) {}

void Asker::run() {
  Held held;
  while (!over_) {
    switch (ask(held)) {
      case Asked::kTrial:
        train(held);
        break;
      case Asked::kNotNow:
        pause(kLongestWaitMs);
        break;
      case Asked::kNoMore:
        return;
    }
  }
}

Asker::Asked Asker::ask(Held& held) {
  v1::AskTrialRequest request;
  request.set_study(options_.study);
  request.set_key(concat(options_.name, "-", ++asked_));
  request.set_holder(options_.name);
  request.set_lease_ms(options_.lease_ms);
  v1::AskTrialResponse response;
  const Time since = Log::now();
  const grpc::Status status = until_answered(
      [&](grpc::ClientContext* context) { return stub_->AskTrial(context, request, &response); });
  // The trial was handed to another before we heard of it: a new key is a new question.
  if (!status.ok()) return Asked::kNotNow;
  if (response.has_none()) return response.none().for_good() ? Asked::kNoMore : Asked::kNotNow;
  held = {response.trial().trial(), response.trial().lease()};
  log_.received(operation(Act::kLease, held, 1), since);
  return Asked::kTrial;
}

void Asker::train(const Held& held) {
  v1::HeldTrial of;
  of.set_study(options_.study);
  of.set_trial(held.trial);
  of.set_lease(held.lease);
  for (int64_t epoch = 1; epoch <= options_.epochs; ++epoch) {
    if (options_.misbehaves && random_.below(20) == 0) return;  // walks away
    if (options_.misbehaves && random_.below(20) == 0) pause(options_.lease_ms * 2);
    v1::ReportEpochRequest report;
    *report.mutable_of() = of;
    report.set_epoch(epoch);
    report.set_value(value_of(held.lease, epoch));
    Operation said = operation(Act::kReport, held, epoch);
    said.value = report.value();
    if (!say(std::move(said), report, &Stub::ReportEpoch)) return;
    pause(kLongestPauseMs);
  }
  v1::TellTrialRequest told;
  *told.mutable_of() = of;
  told.set_kind(v1::RESULT_KIND_COMPLETED);
  say(operation(Act::kFinish, held, 0), told, &Stub::TellTrial);
}

template <class Request, class Method>
bool Asker::say(Operation operation, const Request& request, Method method) {
  const Log::Entry entry = log_.begin(std::move(operation));
  v1::TrialStanding standing;
  const grpc::Status status = until_answered([&](grpc::ClientContext* context) {
    return (stub_.get()->*method)(context, request, &standing);
  });
  if (was_not_heard(status)) return false;  // over: never answered
  const bool refused = status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
  EXPECT_TRUE(status.ok() || refused) << status.error_message();
  log_.answered(entry, status.ok() ? Answer::kDone : Answer::kSuperseded);
  return status.ok();
}

Operation Asker::operation(Act act, const Held& held, int64_t epoch) const {
  return {.client = options_.name,
          .act = act,
          .trial = held.trial,
          .attempt = held.lease,
          .epoch = epoch};
}

template <class Call>
grpc::Status Asker::until_answered(Call call) {
  for (;;) {
    grpc::ClientContext context;
    proto::set_deadline(&context, Milliseconds(5000));
    // Otherwise nobody would look after the connection between two calls, and gRPC itself does only
    // every five seconds.
    context.set_wait_for_ready(true);
    grpc::Status status = call(&context);
    if (!was_not_heard(status) || over_) return status;
    pause(kLongestPauseMs);
  }
}

void Asker::pause(int64_t longest_ms) {
  std::this_thread::sleep_for(
      std::chrono::milliseconds(random_.below(static_cast<uint64_t>(longest_ms) + 1)));
}

}  // namespace foldmill::history
