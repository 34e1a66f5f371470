#include "coordinator/engine/lease_table.h"

namespace foldmill::engine {

void LeaseTable::grant(const Lease& lease, SteadyTime now) {
  leases_[lease.attempt] = lease;
  const HolderKey key = holder_of(lease);
  Holder& holder = holders_[key];
  holder.period = lease.asked_for.value_or(period_);
  holder.attempts.insert(lease.attempt);
  hear(key, holder, now);
}

void LeaseTable::renew(WorkerId worker, SteadyTime now) { renew(HolderKey(worker), now); }

void LeaseTable::renew(const TrialKey& asked, SteadyTime now) { renew(HolderKey(asked), now); }

void LeaseTable::shorten(WorkerId worker, SteadyTime now, Milliseconds grace) {
  const auto holder = holders_.find(worker);
  if (holder != holders_.end() && holder->second.expiry > now + grace)
    set_expiry(worker, holder->second, now + grace);
}

// Nobody has been heard meanwhile, so when each was heard last stays as it is.
void LeaseTable::renew_all(SteadyTime now) {
  for (auto& [key, holder] : holders_) set_expiry(key, holder, now + holder.period);
}

void LeaseTable::release(AttemptId attempt) {
  const auto lease = leases_.find(attempt);
  if (lease == leases_.end()) return;
  const auto holder = holders_.find(holder_of(lease->second));
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

std::vector<Lease> LeaseTable::held_by(WorkerId worker) const { return held_by(HolderKey(worker)); }

std::vector<Lease> LeaseTable::expired(SteadyTime now) const {
  std::vector<Lease> due;
  for (const auto& [expiry, key] : by_expiry_) {
    if (expiry > now) break;
    for (const Lease& lease : held_by(key)) due.push_back(lease);
  }
  return due;
}

std::optional<SteadyTime> LeaseTable::next_expiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

std::optional<SteadyTime> LeaseTable::last_heard(WorkerId worker) const {
  const auto holder = holders_.find(worker);
  if (holder == holders_.end()) return std::nullopt;
  return holder->second.heard;
}

LeaseTable::HolderKey LeaseTable::holder_of(const Lease& lease) {
  if (lease.asked_for) return TrialKey{lease.fold.study, lease.fold.trial};
  return lease.worker;
}

std::vector<Lease> LeaseTable::held_by(const HolderKey& key) const {
  std::vector<Lease> held;
  const auto holder = holders_.find(key);
  if (holder == holders_.end()) return held;
  for (AttemptId attempt : holder->second.attempts) held.push_back(leases_.at(attempt));
  return held;
}

void LeaseTable::renew(const HolderKey& key, SteadyTime now) {
  const auto holder = holders_.find(key);
  if (holder != holders_.end()) hear(key, holder->second, now);
}

void LeaseTable::hear(const HolderKey& key, Holder& holder, SteadyTime now) {
  holder.heard = now;
  set_expiry(key, holder, now + holder.period);
}

void LeaseTable::set_expiry(const HolderKey& key, Holder& holder, SteadyTime expiry) {
  by_expiry_.erase({holder.expiry, key});
  holder.expiry = expiry;
  by_expiry_.insert({expiry, key});
}

}  // namespace foldmill::engine
