#include "coordinator/engine/worker_registry.h"

#include <algorithm>
#include <utility>

namespace foldmill::engine {

bool Worker::fits(const StudySpec& spec) const {
  for (const auto& [key, value] : spec.resources.labels) {
    const auto label = labels.find(key);
    if (label == labels.end() || label->second != value) return false;
  }
  if (slots < spec.resources.slots ||
      gpu_memory_mib * spec.resources.slots < spec.resources.gpu_memory_mib)
    return false;
  return models.empty() || std::find(models.begin(), models.end(), spec.model.type) != models.end();
}

change::WorkerSeen Worker::seen(std::string state, WallTime at) const {
  return {id, name, slots, labels, version, std::move(state), at};
}

WorkerRegistry::WorkerRegistry(const std::vector<WorkerSnapshot>& known) {
  for (const WorkerSnapshot& worker : known) {
    workers_[worker.id] = Worker{.id = worker.id, .name = worker.name};
    by_name_[worker.name] = worker.id;
  }
}

WorkerRegistry::Joined WorkerRegistry::join(const event::WorkerJoined& joined) {
  const WorkerId id = by_name_.try_emplace(joined.name, next_id()).first->second;
  Worker& worker = workers_[id];
  Joined result{.worker = id,
                .same_instance = worker.instance.empty() || worker.instance == joined.instance,
                .replaced = worker.session};
  if (worker.session) {
    withdraw(worker);
    by_session_.erase(*worker.session);
  }
  worker = Worker{.id = id,
                  .name = joined.name,
                  .session = joined.session,
                  .instance = joined.instance,
                  .slots = joined.slots,
                  .labels = joined.labels,
                  .models = joined.models,
                  .version = joined.version,
                  .gpu_memory_mib = joined.gpu_memory_mib,
                  .data = result.same_instance ? std::move(worker.data) : std::set<std::string>()};
  by_session_[joined.session] = id;
  for (int64_t slot = 0; slot < worker.slots; ++slot) free_.insert({joined.session, id, slot});
  return result;
}

WorkerId WorkerRegistry::next_id() const {
  return WorkerId(workers_.empty() ? 1 : workers_.rbegin()->first.value + 1);
}

void WorkerRegistry::leave(SessionId session) {
  const auto entry = by_session_.find(session);
  if (entry == by_session_.end()) return;
  Worker& worker = workers_.at(entry->second);
  withdraw(worker);
  worker.session.reset();
  worker.occupied.clear();
  by_session_.erase(entry);
}

Worker* WorkerRegistry::by_session(SessionId session) {
  const auto entry = by_session_.find(session);
  return entry == by_session_.end() ? nullptr : &workers_.at(entry->second);
}

std::optional<SessionId> WorkerRegistry::session_of(WorkerId id) const {
  const auto worker = workers_.find(id);
  return worker == workers_.end() ? std::nullopt : worker->second.session;
}

WorkerRegistry::Asker WorkerRegistry::asker(const std::string& name) {
  const auto [entry, is_new] = by_name_.try_emplace(name, next_id());
  if (is_new) workers_[entry->second] = Worker{.id = entry->second, .name = name};
  return {entry->second, is_new};
}

void WorkerRegistry::occupy(WorkerId id, int64_t slot, int count, AttemptId attempt) {
  Worker& worker = workers_.at(id);
  take_slot(worker, slot, attempt);
  for (int64_t other = 0; other < worker.slots && count > 1; ++other) {
    if (worker.occupied.contains(other)) continue;
    take_slot(worker, other, attempt);
    --count;
  }
}

void WorkerRegistry::take_slot(Worker& worker, int64_t slot, AttemptId attempt) {
  worker.occupied[slot] = attempt;
  if (worker.session) free_.erase({*worker.session, worker.id, slot});
}

void WorkerRegistry::vacate(Worker& worker, AttemptId attempt) {
  std::erase_if(worker.occupied, [&](const auto& entry) {
    if (entry.second != attempt) return false;
    if (worker.takes_work() && entry.first < worker.slots)
      free_.insert({*worker.session, worker.id, entry.first});
    return true;
  });
}

void WorkerRegistry::drain(Worker& worker) {
  worker.draining = true;
  withdraw(worker);
}

void WorkerRegistry::withdraw(const Worker& worker) {
  if (!worker.session) return;
  for (int64_t slot = 0; slot < worker.slots; ++slot)
    free_.erase({*worker.session, worker.id, slot});
}

bool WorkerRegistry::any_fits(const StudySpec& spec) const {
  return another_fits(WorkerId(0), spec);  // ids begin at 1
}

bool WorkerRegistry::any_free_fits(const StudySpec& spec) const {
  return std::any_of(free_.begin(), free_.end(), [&](const FreeSlot& slot) {
    const Worker& worker = workers_.at(slot.worker);
    return worker.free() >= spec.resources.slots && worker.fits(spec);
  });
}

bool WorkerRegistry::another_fits(WorkerId than, const StudySpec& spec) const {
  return std::any_of(by_session_.begin(), by_session_.end(), [&](const auto& entry) {
    const Worker& worker = workers_.at(entry.second);
    return worker.id != than && worker.takes_work() && worker.fits(spec);
  });
}

}  // namespace foldmill::engine
