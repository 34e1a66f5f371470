#include "tests/e2e/chaos.h"

#include <signal.h>

#include <algorithm>
#include <thread>

#include "core/text.h"

namespace foldmill::e2e {

Chaos::Chaos(Cluster& cluster, ChaosOptions options, uint64_t seed)
    : cluster_(cluster), options_(options), random_(seed) {
  while (members_.size() < options_.least_workers) add_worker();
}

void Chaos::strike() {
  std::this_thread::sleep_for(below(options_.longest_pause));
  tend();
  const bool may_change = options_.most_workers > options_.least_workers;
  switch (random_.below(may_change ? 10 : 8)) {
    case 0:
    case 1:
      return strike_coordinator();
    case 2:
    case 3:
    case 4:
      return strike_worker();
    case 5:
    case 6:
    case 7:
      return strike_trainer();
    case 8:
      return join();
    default:
      return leave();
  }
}

void Chaos::tend() {
  std::erase_if(frozen_, [](const Frozen& frozen) {
    if (Clock::now() < frozen.until) return false;
    ::kill(frozen.pid, SIGCONT);  // harmless where it has died meanwhile
    return true;
  });
  if (!cluster_.coordinator_runs()) cluster_.spawn_coordinator();
  std::erase_if(members_,
                [](const Member& member) { return member.leaving && !member.process->running(); });
  for (Member& member : members_)
    if (!member.process->running())
      member.process = &cluster_.start_worker(member.name, options_.slots);
}

void Chaos::calm_down() {
  for (Frozen& frozen : frozen_) frozen.until = Clock::now();
  tend();
}

void Chaos::strike_coordinator() {
  if (kill_or_freeze("coordinator", cluster_.coordinator().pid())) tend();
}

void Chaos::strike_worker() {
  kill_or_freeze("worker", members_[random_.below(members_.size())].process->pid());
}

void Chaos::strike_trainer() {
  const Member& member = members_[random_.below(members_.size())];
  const std::vector<pid_t> trainers = testing::children_of(member.process->pid());
  if (!trainers.empty()) kill_or_freeze("trainer", trainers[random_.below(trainers.size())]);
}

void Chaos::join() {
  if (members_.size() >= options_.most_workers) return;
  add_worker();
  ++counts_["worker joined"];
}

void Chaos::leave() {
  Member& member = members_[random_.below(members_.size())];
  const auto staying = std::count_if(members_.begin(), members_.end(),
                                     [](const Member& other) { return !other.leaving; });
  if (member.leaving || static_cast<size_t>(staying) <= options_.least_workers) return;
  member.process->signal(SIGTERM);
  member.leaving = true;
  ++counts_["worker left"];
}

bool Chaos::kill_or_freeze(const std::string& who, pid_t pid) {
  const bool kills = random_.below(2) == 0;
  if (::kill(pid, kills ? SIGKILL : SIGSTOP) != 0) return false;
  ++counts_[who + (kills ? " killed" : " frozen")];
  if (kills) return true;
  // Most are short; one in eight may outlast a lease.
  const auto longest = options_.longest_freeze;
  const auto freeze = below(random_.below(8) == 0 ? longest * 4 : longest);
  frozen_.push_back({pid, Clock::now() + freeze});
  return false;
}

void Chaos::add_worker() {
  const std::string name = concat("w", ++joined_);
  members_.push_back({name, &cluster_.start_worker(name, options_.slots)});
}

int Chaos::faults() const {
  int all = 0;
  for (const auto& [fault, times] : counts_) all += times;
  return all;
}

int Chaos::count(const std::string& fault) const {
  const auto found = counts_.find(fault);
  return found == counts_.end() ? 0 : found->second;
}

std::string Chaos::summary() const {
  std::string text = concat(faults(), " faults:");
  for (const auto& [fault, times] : counts_) text += concat(" ", fault, " ", times, ",");
  text.pop_back();
  return text;
}

std::chrono::milliseconds Chaos::below(std::chrono::milliseconds limit) {
  return std::chrono::milliseconds(random_.below(static_cast<uint64_t>(limit.count()) + 1));
}

}  // namespace foldmill::e2e
