#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "tests/support/change_ledger.h"

namespace foldmill::testing {

// A scripted worker: holds what it was given until the test says what becomes of it.
struct FakeWorker {
  struct Task {
    Assignment assignment;
    int64_t slot = 0;
    int64_t epoch = 0;                  // the last one trained
    std::optional<EndCause> stop = {};  // it was told to
    WallTime leased = {};
  };

  std::string name;
  std::string instance = "first";
  int64_t slots = 1;
  std::map<std::string, std::string> labels = {};
  std::vector<std::string> models = {};
  int64_t gpu_memory_mib = 0;  // of each slot
  engine::SessionId session = {};
  bool connected = false;
  bool dismissed = false;  // has been told that nothing more will be assigned
  std::map<AttemptId, Task> tasks = {};

  // The only task of a worker that has one.
  AttemptId attempt() const { return tasks.begin()->first; }
  const Assignment& assignment() const { return tasks.begin()->second.assignment; }
};

// A whole world around an Engine, in one thread: virtual time, a store that judges (ChangeLedger),
// the study's own sampler, scripted workers. Effects are performed once the changes of their step
// are "on disk", and judged too: what they mention must be there.
class EngineDriver {
 public:
  // The objective at (trial, fold, epoch).
  using Curve = std::function<double(const FoldKey&, int64_t epoch)>;

  explicit EngineDriver(engine::EngineOptions options = {});

  // --- the coordinator
  void send(engine::Event event);
  void advance(Milliseconds by);    // fires the timers that fall due on the way
  void oversleep(Milliseconds by);  // stands still: what falls due on the way fires at the end
  void restart();                   // dies, and loads what is on disk; all sessions end
  engine::effect::Reply create(StudySpec spec);
  engine::effect::Reply command(const std::string& study, engine::event::StudyVerb verb,
                                int64_t trials = 0, bool relative = false);
  // --- loops outside
  engine::RequestId ask(TrialRequest what);
  const engine::effect::Reply* reply_to(engine::RequestId request) const;  // null: none yet
  engine::effect::Reply report(HeldReport report);
  engine::effect::Reply tell(HeldTrial of, TrialResult result);
  engine::effect::Reply renew(HeldTrial held);
  engine::effect::Reply enqueue(EnqueueRequest point);

  void hold_suggestions(bool hold);  // false: those that waited are answered

  // --- workers; each stays where it is for the driver's life
  FakeWorker& worker(FakeWorker who);  // makes one, without joining
  FakeWorker& join(FakeWorker who);
  FakeWorker& join(const std::string& name, int64_t slots = 1) {
    return join(FakeWorker{.name = name, .slots = slots});
  }
  void connect(FakeWorker& worker);  // joins, saying what it runs
  void disconnect(FakeWorker& worker);
  void replace_process(
      FakeWorker& worker);  // it died; a new one of the same name has not joined yet
  void drain(FakeWorker& worker);

  engine::effect::SendAck started(FakeWorker& worker, AttemptId attempt);
  engine::effect::SendAck report(FakeWorker& worker, AttemptId attempt, int64_t epoch,
                                 double value);
  engine::effect::SendAck report(FakeWorker& worker, AttemptId attempt, EpochReport report);
  engine::effect::SendAck train_epoch(FakeWorker& worker, AttemptId attempt);
  engine::effect::SendAck checkpoint(FakeWorker& worker, AttemptId attempt, int64_t epoch,
                                     const std::string& content);
  engine::effect::SendAck artifact(FakeWorker& worker, AttemptId attempt,
                                   const std::string& content);
  engine::effect::SendAck finish(FakeWorker& worker, AttemptId attempt, AttemptOutcome outcome,
                                 NamedArtifacts kept = {});
  // Obeys a stop if there was one, else trains the rest and succeeds.
  void complete(FakeWorker& worker, AttemptId attempt);
  // Lets everybody who is connected work until nothing is left to do.
  void run_out();

  // --- what came of it
  const ChangeLedger& ledger() const { return ledger_; }
  const StudySnapshot& study(int64_t id = 1) const { return ledger_.study(StudyId(id)); }
  const TrialSnapshot& trial(int64_t number) const {
    return study().trials.at(static_cast<size_t>(number));
  }
  // Effects of one kind, of the last event and the answers to its questions.
  template <class Kind>
  std::vector<Kind> performed() const {
    std::vector<Kind> found;
    for (const engine::Effect& effect : last_effects_)
      if (const auto* kind = std::get_if<Kind>(&effect)) found.push_back(*kind);
    return found;
  }
  bool holds() const { return violations_.empty() && ledger_.violations().empty(); }
  std::vector<std::string> violations() const;
  // Nobody who is here has anything to do, and no question waits for the test.
  bool idle() const;

  Curve curve;
  // What the engine has asked for since the test last emptied it; a restart forgets it.
  std::vector<engine::effect::MakeNextStage> stage_questions;
  Now now;

 private:
  void take(engine::Transition transition);
  void answer_questions();
  uint64_t next_sequence(AttemptId attempt);  // of a message about it
  engine::effect::SendAck acknowledged(uint64_t sequence) const;
  FakeWorker* by_session(engine::SessionId session);

  void perform(const engine::effect::AskSampler& ask);
  void perform(const engine::effect::SendWelcome& welcome);
  void perform(const engine::effect::SendAssignment& send);
  void perform(const engine::effect::SendAck& ack);
  void perform(const engine::effect::SendStop& stop);
  void perform(const engine::effect::SendDrain& drain);
  void perform(const engine::effect::CloseSession& close);
  void perform(const engine::effect::Reply& reply);
  void perform(const engine::effect::ArmTimer& timer);
  void perform(const engine::effect::DeleteArtifact& remove);
  void perform(const engine::effect::StudyChanged&) {}
  // Answered by the test, which finds them in performed() and stage_questions.
  void perform(const engine::effect::FindEncoder&) {}
  void perform(const engine::effect::MakeNextStage& follow) { stage_questions.push_back(follow); }
  void expect(bool holds, const std::string& what);

  engine::EngineOptions options_;
  ChangeLedger ledger_;
  std::unique_ptr<engine::Engine> engine_;
  std::deque<FakeWorker> workers_;
  std::deque<engine::effect::AskSampler> questions_;
  bool hold_ = false;
  std::optional<SteadyTime> timer_;
  std::vector<engine::Effect> last_effects_;
  std::vector<std::string> violations_;
  int64_t last_session_ = 0;
  int64_t last_request_ = 0;
  std::map<engine::RequestId, engine::effect::Reply> replies_;
  uint64_t last_sequence_ = 0;
  std::map<uint64_t, AttemptId> sent_;
};

ArtifactRef fake_artifact(const std::string& content);

// A small sound study: one float parameter, `trials` of `folds` folds of `epochs` epochs, random
// search, nothing pruned.
StudySpec small_study(int64_t trials, int folds = 1, int64_t epochs = 2);

}  // namespace foldmill::testing
