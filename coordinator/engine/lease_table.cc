#include "coordinator/engine/lease_table.h"

namespace foldmill::engine {

void LeaseTable::grant(const Lease& lease, SteadyTime now) {
  leases_[lease.attempt] = lease;
  Holder& holder = holders_[lease.worker];
  holder.attempts.insert(lease.attempt);
  set_expiry(lease.worker, holder, now + period_);
}

void LeaseTable::renew(WorkerId worker, SteadyTime now) {
  const auto holder = holders_.find(worker);
  if (holder != holders_.end()) set_expiry(worker, holder->second, now + period_);
}

void LeaseTable::release(AttemptId attempt) {
  const auto lease = leases_.find(attempt);
  if (lease == leases_.end()) return;
  const auto holder = holders_.find(lease->second.worker);
  holder->second.attempts.erase(attempt);
  if (holder->second.attempts.empty()) {
    by_expiry_.erase({holder->second.expiry, holder->first});
    holders_.erase(holder);
  }
  leases_.erase(lease);
}

const Lease* LeaseTable::find(AttemptId attempt) const {
  const auto lease = leases_.find(attempt);
  return lease == leases_.end() ? nullptr : &lease->second;
}

std::vector<Lease> LeaseTable::held_by(WorkerId worker) const {
  std::vector<Lease> held;
  const auto holder = holders_.find(worker);
  if (holder == holders_.end()) return held;
  for (AttemptId attempt : holder->second.attempts) held.push_back(leases_.at(attempt));
  return held;
}

std::vector<Lease> LeaseTable::expired(SteadyTime now) const {
  std::vector<Lease> due;
  for (const auto& [expiry, worker] : by_expiry_) {
    if (expiry > now) break;
    for (const Lease& lease : held_by(worker)) due.push_back(lease);
  }
  return due;
}

std::optional<SteadyTime> LeaseTable::next_expiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

void LeaseTable::set_expiry(WorkerId worker, Holder& holder, SteadyTime expiry) {
  by_expiry_.erase({holder.expiry, worker});
  holder.expiry = expiry;
  by_expiry_.insert({expiry, worker});
}

}  // namespace foldmill::engine
