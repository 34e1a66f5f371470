#include "tests/support/engine_driver.h"

#include <algorithm>
#include <utility>

#include "coordinator/engine/suggest.h"
#include "core/sha256.h"

namespace foldmill::testing {

using namespace foldmill::engine;

ArtifactRef fake_artifact(const std::string& content) {
  return {sha256_hex(content), static_cast<int64_t>(content.size())};
}

StudySpec small_study(int64_t trials, int folds, int64_t epochs) {
  StudySpec spec;
  spec.name = "small";
  spec.seed = 7;
  spec.trials = trials;
  spec.folds.k = folds;
  spec.schedule.order = FoldOrder::kTrialFirst;  // a test sees all folds at once
  spec.folds.seed = spec.seed;
  spec.constants.set("epochs", epochs);
  spec.sampler.type = "random";
  spec.pruning.type = "none";
  auto space = SearchSpace::create({{"lr", *Distribution::make_float(0.001, 0.1), {}}});
  spec.space = std::move(space).value();
  return spec;
}

EngineDriver::EngineDriver(EngineOptions options)
    : curve([](const FoldKey& key, int64_t epoch) {
        return 1.0 / static_cast<double>(epoch) + 0.01 * static_cast<double>(key.trial.value);
      }),
      now{SteadyTime(std::chrono::hours(1)), WallTime(std::chrono::hours(24 * 20000))},
      options_(options) {
  restart();
}

void EngineDriver::send(Event event) {
  last_effects_.clear();
  take(engine_->on(std::move(event), now));
  answer_questions();
}

void EngineDriver::advance(Milliseconds by) {
  const SteadyTime end = now.steady + by;
  while (timer_ && *timer_ <= end) {
    const SteadyTime due = std::max(*std::exchange(timer_, std::nullopt), now.steady);
    now.wall += std::chrono::duration_cast<std::chrono::microseconds>(due - now.steady);
    now.steady = due;
    send(event::TimerFired{});
  }
  now.wall += std::chrono::duration_cast<std::chrono::microseconds>(end - now.steady);
  now.steady = end;
}

void EngineDriver::oversleep(Milliseconds by) {
  now.wall += by;
  now.steady += by;
  if (!timer_ || *timer_ > now.steady) return;
  timer_.reset();
  send(event::TimerFired{});
}

void EngineDriver::restart() {
  questions_.clear();
  stage_questions.clear();
  last_effects_.clear();
  timer_.reset();
  for (FakeWorker& worker : workers_) worker.connected = false;
  engine_ = std::make_unique<Engine>(options_, ledger_.snapshot(), now);
  take(engine_->start(now));
  answer_questions();
}

effect::Reply EngineDriver::create(StudySpec spec) {
  send(event::StudyCreateRequested{RequestId(++last_request_), std::move(spec)});
  return performed<effect::Reply>().at(0);
}

effect::Reply EngineDriver::command(const std::string& study, event::StudyVerb verb, int64_t trials,
                                    bool relative) {
  send(event::StudyCommanded{RequestId(++last_request_), study, verb, trials, relative});
  return performed<effect::Reply>().at(0);
}

RequestId EngineDriver::ask(TrialRequest what) {
  const RequestId request(++last_request_);
  send(event::TrialRequested{request, std::move(what)});
  return request;
}

const effect::Reply* EngineDriver::reply_to(RequestId request) const {
  const auto reply = replies_.find(request);
  return reply == replies_.end() ? nullptr : &reply->second;
}

effect::Reply EngineDriver::report(HeldReport report) {
  send(event::HeldReported{RequestId(++last_request_), std::move(report)});
  return performed<effect::Reply>().at(0);
}

effect::Reply EngineDriver::tell(HeldTrial of, TrialResult result) {
  send(event::HeldTold{RequestId(++last_request_), {std::move(of), std::move(result)}});
  return performed<effect::Reply>().at(0);
}

effect::Reply EngineDriver::renew(HeldTrial held) {
  send(event::HeldRenewed{RequestId(++last_request_), std::move(held)});
  return performed<effect::Reply>().at(0);
}

effect::Reply EngineDriver::enqueue(EnqueueRequest point) {
  send(event::PointEnqueued{RequestId(++last_request_), std::move(point)});
  return performed<effect::Reply>().at(0);
}

void EngineDriver::hold_suggestions(bool hold) {
  hold_ = hold;
  answer_questions();
}

FakeWorker& EngineDriver::worker(FakeWorker who) { return workers_.emplace_back(std::move(who)); }

FakeWorker& EngineDriver::join(FakeWorker who) {
  FakeWorker& made = worker(std::move(who));
  connect(made);
  return made;
}

void EngineDriver::connect(FakeWorker& worker) {
  worker.session = SessionId(++last_session_);
  worker.connected = true;
  worker.dismissed = false;
  event::WorkerJoined joined{.session = worker.session,
                             .name = worker.name,
                             .instance = worker.instance,
                             .slots = worker.slots,
                             .labels = worker.labels,
                             .models = worker.models,
                             .version = "test",
                             .running = {}};
  joined.gpu_memory_mib = worker.gpu_memory_mib;
  for (const auto& [attempt, task] : worker.tasks)
    joined.running.push_back({attempt, task.slot, task.leased});
  send(std::move(joined));
}

void EngineDriver::disconnect(FakeWorker& worker) {
  worker.connected = false;
  send(event::WorkerLeft{worker.session, "the connection broke"});
}

void EngineDriver::replace_process(FakeWorker& worker) {
  if (worker.connected) disconnect(worker);
  worker.tasks.clear();
  worker.instance += "+";
}

void EngineDriver::drain(FakeWorker& worker) { send(event::WorkerDraining{worker.session}); }

effect::SendAck EngineDriver::started(FakeWorker& worker, AttemptId attempt) {
  send(event::AttemptStarted{worker.session, next_sequence(attempt), attempt});
  return acknowledged(last_sequence_);
}

effect::SendAck EngineDriver::report(FakeWorker& worker, AttemptId attempt, int64_t epoch,
                                     double value) {
  return report(worker, attempt,
                EpochReport{.epoch = epoch, .metrics = {{"val_loss", value}}, .seconds = 1});
}

effect::SendAck EngineDriver::report(FakeWorker& worker, AttemptId attempt, EpochReport report) {
  send(event::EpochReported{worker.session, next_sequence(attempt), attempt, std::move(report)});
  return acknowledged(last_sequence_);
}

effect::SendAck EngineDriver::train_epoch(FakeWorker& worker, AttemptId attempt) {
  FakeWorker::Task& task = worker.tasks.at(attempt);
  ++task.epoch;
  const int64_t epoch = task.epoch;
  return report(worker, attempt, epoch, curve(task.assignment.fold, epoch));
}

effect::SendAck EngineDriver::checkpoint(FakeWorker& worker, AttemptId attempt, int64_t epoch,
                                         const std::string& content) {
  send(event::CheckpointSaved{
      worker.session, next_sequence(attempt), attempt, {epoch, fake_artifact(content)}});
  return acknowledged(last_sequence_);
}

effect::SendAck EngineDriver::artifact(FakeWorker& worker, AttemptId attempt,
                                       const std::string& content) {
  send(event::ArtifactSaved{worker.session, next_sequence(attempt), attempt, "state_dict.pt",
                            fake_artifact(content)});
  return acknowledged(last_sequence_);
}

effect::SendAck EngineDriver::finish(FakeWorker& worker, AttemptId attempt, AttemptOutcome outcome,
                                     NamedArtifacts kept) {
  worker.tasks.erase(attempt);
  send(event::AttemptFinished{worker.session, next_sequence(attempt), attempt, std::move(outcome),
                              std::move(kept)});
  return acknowledged(last_sequence_);
}

void EngineDriver::complete(FakeWorker& worker, AttemptId attempt) {
  for (;;) {
    const auto task = worker.tasks.find(attempt);
    if (task == worker.tasks.end()) return;
    if (task->second.stop) {
      finish(worker, attempt, {AttemptState::kStopped, *task->second.stop, {}});
      return;
    }
    if (task->second.epoch >= task->second.assignment.epochs) break;
    train_epoch(worker, attempt);
  }
  finish(worker, attempt, {AttemptState::kSucceeded, EndCause::kNone, {}});
}

void EngineDriver::run_out() {
  for (bool busy = true; busy;) {
    busy = false;
    for (FakeWorker& worker : workers_) {
      if (!worker.connected || worker.tasks.empty()) continue;
      complete(worker, worker.attempt());
      busy = true;
    }
  }
}

bool EngineDriver::idle() const {
  return stage_questions.empty() &&
         std::none_of(workers_.begin(), workers_.end(), [](const FakeWorker& worker) {
           return worker.connected && !worker.tasks.empty();
         });
}

std::vector<std::string> EngineDriver::violations() const {
  std::vector<std::string> all = violations_;
  all.insert(all.end(), ledger_.violations().begin(), ledger_.violations().end());
  return all;
}

void EngineDriver::take(Transition transition) {
  for (const Change& change : transition.changes) ledger_.apply(change);
  for (const Effect& effect : transition.effects) {
    last_effects_.push_back(effect);
    std::visit([&](const auto& what) { perform(what); }, effect);
  }
}

void EngineDriver::answer_questions() {
  while (!hold_ && !questions_.empty()) {
    const effect::AskSampler ask = std::move(questions_.front());
    questions_.pop_front();
    take(engine_->on(
        event::SuggestionReady{ask.study, ask.trial, ask.history_version, suggest(ask)}, now));
  }
}

uint64_t EngineDriver::next_sequence(AttemptId attempt) {
  sent_[++last_sequence_] = attempt;
  return last_sequence_;
}

effect::SendAck EngineDriver::acknowledged(uint64_t sequence) const {
  for (const auto& ack : performed<effect::SendAck>())
    if (ack.sequence == sequence) return ack;
  return {};  // sequence 0: nothing was said
}

FakeWorker* EngineDriver::by_session(SessionId session) {
  for (FakeWorker& worker : workers_)
    if (worker.connected && worker.session == session) return &worker;
  return nullptr;
}

}  // namespace foldmill::testing
