#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/engine/event.h"
#include "core/change.h"
#include "core/ids.h"
#include "core/snapshot.h"
#include "core/study.h"

namespace foldmill::engine {

//            (1)           (2)
//   absent -----> ready -------> draining
//      ^            |                |
//      +------------+----------------+   (3)
//
// (1) a session joins, also in place of an older one of the same name, which is then closed.
// (2) the worker says that it leaves: it is given nothing more, and gives back what it runs.
// (3) its session ends. What it holds stays leased: a worker trains on while it reconnects.
struct Worker {
  WorkerId id = {};
  std::string name = {};
  std::optional<SessionId> session = {};  // nothing: absent
  std::string instance = {};              // empty: not seen since the coordinator started
  int64_t slots = 0;
  std::map<std::string, std::string> labels = {};
  std::vector<std::string> models = {};
  std::string version = {};
  int64_t gpu_memory_mib = 0;  // of each slot; 0: none, or not known
  bool draining = false;
  // Slot to the attempt that occupies it: from the assignment until the worker says that the
  // attempt has finished, even if the attempt was given up before that; or until it is told that
  // the attempt is superseded or not to be kept, of which it says no more.
  std::map<int64_t, AttemptId> occupied = {};
  std::set<std::string> data = {};  // that its attempts were given, by StudyEngine::data_key()

  bool takes_work() const { return session.has_value() && !draining; }
  int64_t free() const { return slots - static_cast<int64_t>(occupied.size()); }
  // Carries all labels, has the slots and the memory for an attempt, and trains this kind of model
  // as far as it has said.
  bool fits(const StudySpec& spec) const;
  change::WorkerSeen seen(std::string state, WallTime at) const;
};

struct FreeSlot {
  SessionId session;
  WorkerId worker;
  int64_t slot = 0;
  friend auto operator<=>(const FreeSlot&, const FreeSlot&) = default;
};

// Who is here, with which slots. Worker ids belong to names and outlive sessions and restarts.
class WorkerRegistry {
 public:
  explicit WorkerRegistry(const std::vector<WorkerSnapshot>& known);

  struct Joined {
    WorkerId worker;
    bool same_instance = false;  // or not known otherwise: the coordinator was restarted
    std::optional<SessionId> replaced = {};  // to be closed
  };
  Joined join(const event::WorkerJoined& joined);
  void leave(SessionId session);

  Worker* by_session(SessionId session);  // null: unknown, ended or replaced
  const Worker& get(WorkerId id) const { return workers_.at(id); }
  std::optional<SessionId> session_of(WorkerId id) const;

  // Who asks for trials instead of being given folds; known like a worker, without slots. `is_new`:
  // never seen before.
  struct Asker {
    WorkerId id;
    bool is_new = false;
  };
  Asker asker(const std::string& name);

  // `slot` and, of an attempt that takes several, as many of those that are free.
  void occupy(WorkerId id, int64_t slot, int count, AttemptId attempt);
  void note_data(WorkerId id, std::string key) { workers_.at(id).data.insert(std::move(key)); }
  void vacate(Worker& worker, AttemptId attempt);  // nothing if it occupies nothing
  void drain(Worker& worker);

  // Of workers that take work; longest session first, then slot. O(1) when there is none.
  std::vector<FreeSlot> free_slots() const { return {free_.begin(), free_.end()}; }
  bool any_fits(const StudySpec& spec) const;       // of those that take work
  bool any_free_fits(const StudySpec& spec) const;  // and has as many free slots as it needs
  bool another_fits(WorkerId than, const StudySpec& spec) const;

 private:
  WorkerId next_id() const;
  void take_slot(Worker& worker, int64_t slot, AttemptId attempt);
  void withdraw(const Worker& worker);  // none of its slots is free any more

  std::map<WorkerId, Worker> workers_;
  std::map<std::string, WorkerId> by_name_;
  std::map<SessionId, WorkerId> by_session_;
  std::set<FreeSlot> free_;
};

}  // namespace foldmill::engine
