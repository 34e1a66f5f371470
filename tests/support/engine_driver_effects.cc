// What becomes of the engine's effects, and whether they were in order.

#include <algorithm>

#include "tests/support/engine_driver.h"

namespace foldmill::testing {

using namespace foldmill::engine;

namespace {

WorkerId holder_of(const ChangeLedger& ledger, AttemptId attempt) {
  const FoldKey key = ledger.fold_of(attempt);
  const TrialSnapshot& trial =
      ledger.study(key.study).trials.at(static_cast<size_t>(key.trial.value));
  for (const AttemptSnapshot& each : trial.folds.at(static_cast<size_t>(key.fold.value)).attempts)
    if (each.id == attempt) return each.worker;
  return {};
}

}  // namespace

void EngineDriver::perform(const effect::AskSampler& ask) {
  const StudySnapshot& asked = ledger_.study(ask.study);
  expect(ask.trial.value == static_cast<int64_t>(asked.trials.size()),
         "the sampler is asked for the next trial");
  const int64_t cancelled = ledger_.count(ask.study, TrialState::kCancelled);
  expect(static_cast<int64_t>(ask.history.size()) + cancelled == ask.trial.value,
         "the history holds all trials but the cancelled ones");
  for (const auto& entry : ask.history.entries())
    expect(asked.trials.at(static_cast<size_t>(entry->number.value)).state == entry->state,
           "the history says what is on disk");
  expect(std::none_of(questions_.begin(), questions_.end(),
                      [&](const auto& other) { return other.study == ask.study; }),
         "one question per study at a time");
  questions_.push_back(ask);
}

void EngineDriver::perform(const effect::SendWelcome& welcome) {
  FakeWorker* worker = by_session(welcome.session);
  expect(worker != nullptr, "only who has joined is welcomed");
  if (worker == nullptr) return;
  for (AttemptId kept : welcome.keep)
    expect(ledger_.end_of(kept) == nullptr, "only live attempts are kept");
  std::erase_if(worker->tasks, [&](const auto& task) {
    return std::find(welcome.keep.begin(), welcome.keep.end(), task.first) == welcome.keep.end();
  });
}

void EngineDriver::perform(const effect::SendAssignment& send) {
  const Assignment& given = send.assignment;
  expect(ledger_.end_of(given.attempt) == nullptr && ledger_.fold_of(given.attempt) == given.fold,
         "what is assigned has been leased");
  FakeWorker* worker = by_session(send.session);
  expect(worker != nullptr, "work goes to those who are here");
  if (worker == nullptr) return;
  expect(!worker->dismissed, "a worker that was let go gets nothing more");
  expect(send.slot < worker->slots &&
             std::none_of(worker->tasks.begin(), worker->tasks.end(),
                          [&](const auto& task) { return task.second.slot == send.slot; }),
         "work goes to free slots");
  worker->tasks[given.attempt] = {.assignment = given,
                                  .slot = send.slot,
                                  .epoch = given.first_epoch() - 1,
                                  .leased = send.leased};
}

void EngineDriver::perform(const effect::SendAck& ack) {
  FakeWorker* worker = by_session(ack.session);
  const auto attempt = sent_.find(ack.sequence);
  if (worker == nullptr || attempt == sent_.end()) return;
  if (ack.verdict == AckVerdict::kSuperseded) worker->tasks.erase(attempt->second);
  if (ack.verdict == AckVerdict::kAccepted)
    expect(holder_of(ledger_, attempt->second) == ledger_.worker(worker->name)->worker,
           "only the worker that holds an attempt writes for it");
}

void EngineDriver::perform(const effect::SendStop& stop) {
  FakeWorker* worker = by_session(stop.session);
  expect(worker != nullptr, "a stop goes to those who are here");
  if (worker == nullptr) return;
  const auto task = worker->tasks.find(stop.attempt);
  if (task != worker->tasks.end()) task->second.stop = stop.cause;
}

void EngineDriver::perform(const effect::SendDrain& drain) {
  if (FakeWorker* worker = by_session(drain.session)) worker->dismissed = true;
}

void EngineDriver::perform(const effect::CloseSession& close) {
  if (FakeWorker* worker = by_session(close.session)) worker->connected = false;
}

void EngineDriver::perform(const effect::Reply& reply) {
  expect(replies_.emplace(reply.request, reply).second, "a request is answered once");
  const auto* asked = std::get_if<AskedTrial>(&reply.answer);
  if (asked == nullptr) return;
  const TrialSnapshot& given =
      ledger_.study(reply.study).trials.at(static_cast<size_t>(asked->trial.value));
  expect(given.asks.back().number == asked->lease, "what is handed out has been recorded");
  for (FoldIndex fold : asked->folds)
    expect(is_live(given.folds.at(static_cast<size_t>(fold.value)).attempts.back().state),
           "the folds of what is handed out have been leased");
}

void EngineDriver::perform(const effect::ArmTimer& timer) { timer_ = timer.at; }

void EngineDriver::perform(const effect::DeleteArtifact& remove) {
  expect(!ledger_.is_referenced(remove.artifact), "a file goes only when nothing refers to it");
}

void EngineDriver::expect(bool holds, const std::string& what) {
  if (!holds) violations_.push_back(what);
}

}  // namespace foldmill::testing
