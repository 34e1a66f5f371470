#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "coordinator/simulation/agenda.h"
#include "coordinator/simulation/simulation.h"
#include "coordinator/simulation/tally.h"

namespace foldmill::simulation {

// A worker of one slot.
//
//             (1)            (2)
//   absent -------> idle <--------> training
//      ^             |                 |
//      +-------------+-----------------+   (3)
//
// (1) it joins, or is back from being dead. (2) an assignment; the end of it. (3) it dies, or
// leaves after draining.
struct VirtualWorker {
  VirtualWorker(size_t which, WorkerLuck drawn) : place(which), luck(drawn) {}

  struct Task {
    Assignment assignment;
    int64_t epoch = 0;  // that it trains
    double value = 0;   // what will have come of it
    SteadyTime since;   // of that epoch
  };
  size_t place;  // in the world's list
  WorkerLuck luck;
  engine::SessionId session = {};
  int64_t lives = 0;  // processes so far
  bool present = false;
  std::optional<Task> task = {};
};

// One search and its cross-validation on virtual workers: plays coordinator, clock and workers
// around an Engine. What the engine decides is performed at once, as if the disk took no time.
//
// A question to the sampler is answered when a worker is idle, not before: the real one is answered
// ahead of need, but its answer is dropped if the history has changed by then, which comes to the
// same and costs a suggestion more.
class World {
 public:
  // All of them outlive the world.
  World(const StudySpec& spec, const Fleet& fleet, Curves& curves, const ChangeObserver& observer);

  Result<Outcome> run();

 private:
  // --- the clock
  void act_on_next();
  void pass_to(SteadyTime at);
  Status standstill() const;

  // --- towards the engine: events in order, and what they lead to
  void send(engine::Event event);
  void answer_sampler();
  void take(engine::Transition transition);
  template <class Other>
  void perform(const Other&) {}
  void perform(engine::effect::AskSampler& ask);
  void perform(engine::effect::SendAssignment& send);
  void perform(const engine::effect::SendAck& ack);
  void perform(const engine::effect::SendStop& stop);
  void perform(const engine::effect::ArmTimer& timer);
  void perform(const engine::effect::Reply& reply);
  void perform(const engine::effect::MakeNextStage& follow);

  // --- the agenda
  void on(const EpochDone& done);
  void on(const WorkerDies& death);
  void on(const WorkerReturns& back);
  void on(const FleetChanges& changes);
  void fire_timer();

  // --- workers
  void add_workers(int64_t count);
  void join(VirtualWorker& worker);
  void leave(VirtualWorker& worker, const char* why);
  void drain(VirtualWorker& worker);
  void leave_oldest(int64_t count, FleetAct::Kind how);
  VirtualWorker* by_session(engine::SessionId session);  // null: that process is gone
  void train_epoch(VirtualWorker& worker);
  void save_checkpoint(VirtualWorker& worker);
  void end_task(VirtualWorker& worker, AttemptState state, EndCause cause);
  void drop_task(VirtualWorker& worker);

  const StudySpec& spec_;
  const Fleet& fleet_;
  Curves& curves_;
  const ChangeObserver& observer_;
  Now now_;
  engine::Engine engine_;
  Tally tally_;
  Status status_;  // the first thing that went wrong with the simulation itself
  Agenda agenda_;
  std::optional<SteadyTime> timer_;
  std::deque<VirtualWorker> workers_;  // never moves one
  std::vector<size_t> sessions_;       // places in workers_, by number of session
  std::deque<engine::Event> events_;   // to be sent
  bool sending_ = false;
  struct Question {
    engine::effect::AskSampler ask;
    bool outdated = false;
  };
  std::optional<Question> question_;
  int64_t idle_ = 0;  // workers
  uint64_t last_sequence_ = 0;
};

}  // namespace foldmill::simulation
