// Attempts of one study that bring no epochs any more.

#include "coordinator/engine/study_engine.h"
#include "core/text.h"

namespace foldmill::engine {

// A loop outside has a lease of its own making to keep; how long it trains is its own affair.
void StudyEngine::watch_progress(const Lease& lease, Now now) {
  if (!lease.asked_for)
    progress_.begin(lease.attempt, fold_of(lease.fold).tally.stalls(), now.steady);
}

void StudyEngine::heard_again(const Lease& lease, const Step& step) {
  progress_.moved(lease.attempt, step.now().steady);
}

void StudyEngine::take_back_stalled(Step& step) {
  const SteadyTime now = step.now().steady;
  if (const auto look = progress_.next_look(); !look || *look > now) return;
  for (const ProgressWatch::Stall& stall : progress_.stalled(now)) {
    const Lease* found = commons_.leases.find(stall.attempt);
    if (found == nullptr) continue;  // its trial has failed with another one of these
    const Lease lease = *found;
    if (!commons_.workers.session_of(lease.worker)) {
      // Keeps its reports until it is back; whether it is, its lease decides.
      heard_again(lease, step);
      continue;
    }
    // The outcome is recorded here; what the worker says of its end will be that of a stranger.
    send_stop(lease, EndCause::kCancelled, step);
    ended(lease,
          {AttemptState::kLost, EndCause::kStalled,
           concat("worker ", commons_.workers.get(lease.worker).name,
                  " is well, but no epoch came for ", stall.silent.count(),
                  " ms; the patience with this attempt was ", stall.patience.count(), " ms")},
          step);
  }
}

}  // namespace foldmill::engine
