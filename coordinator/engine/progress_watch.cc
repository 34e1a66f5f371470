#include "coordinator/engine/progress_watch.h"

#include <algorithm>
#include <cmath>

namespace foldmill::engine {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr size_t kRemembered = 64;
constexpr Seconds kMostPatience = std::chrono::days(30);
constexpr int kMostDoublings = 10;

// Trainers may say anything.
double sound(double seconds) {
  return std::isfinite(seconds) ? std::clamp(seconds, 0.0, kMostPatience.count()) : 0;
}

}  // namespace

void ProgressWatch::Durations::add(double seconds) {
  if (latest_.size() < kRemembered) return latest_.push_back(seconds);
  latest_[next_] = seconds;
  next_ = (next_ + 1) % kRemembered;
}

std::optional<double> ProgressWatch::Durations::median() const {
  if (latest_.empty()) return std::nullopt;
  std::vector<double> sorted = latest_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

void ProgressWatch::begin(AttemptId attempt, int hung_before, SteadyTime now) {
  if (limits_.factor <= 0) return;
  paces_[attempt] = {.moved_at = now, .hung_before = hung_before};
  look_by(now + std::min(limits_.floor, limits_.start));
}

void ProgressWatch::moved(AttemptId attempt, SteadyTime now) {
  const auto pace = paces_.find(attempt);
  if (pace == paces_.end()) return;
  pace->second.moved_at = now;
  look_by(now + limits_.floor);
}

void ProgressWatch::epoch_reported(AttemptId attempt, double seconds, SteadyTime now) {
  const auto found = paces_.find(attempt);
  if (found == paces_.end()) return;
  Pace& pace = found->second;
  // Between epochs there are checkpoints, which count; after an outage several epochs come at once.
  const double took = std::max(sound(seconds), Seconds(now - pace.moved_at).count());
  (pace.slowest ? later_epochs_ : first_epochs_).add(took);
  pace.slowest = std::max(pace.slowest.value_or(0), took);
  pace.moved_at = now;
  look_by(now + limits_.floor);
}

void ProgressWatch::end(AttemptId attempt) { paces_.erase(attempt); }

void ProgressWatch::everybody_moved(SteadyTime now) {
  for (auto& [attempt, pace] : paces_) pace.moved_at = now;
}

Milliseconds ProgressWatch::patience_with(const Pace& pace, std::optional<double> usual_first,
                                          std::optional<double> usual) const {
  Seconds patience = limits_.start;
  if (pace.slowest || usual_first) {
    const double seconds = pace.slowest ? std::max(*pace.slowest, usual.value_or(0)) : *usual_first;
    patience = std::max(Seconds(limits_.floor), Seconds(limits_.factor * seconds));
  }
  patience *= 1 << std::min(pace.hung_before, kMostDoublings);
  return std::chrono::ceil<Milliseconds>(std::min(patience, kMostPatience));
}

std::vector<ProgressWatch::Stall> ProgressWatch::stalled(SteadyTime now) {
  std::vector<Stall> stalls;
  const std::optional<double> usual_first = first_epochs_.median();
  const std::optional<double> usual = later_epochs_.median();
  next_look_.reset();
  for (const auto& [attempt, pace] : paces_) {
    const Milliseconds patience = patience_with(pace, usual_first, usual);
    if (now - pace.moved_at < patience)
      look_by(pace.moved_at + patience);
    else
      stalls.push_back({attempt, std::chrono::floor<Milliseconds>(now - pace.moved_at), patience});
  }
  return stalls;
}

void ProgressWatch::look_by(SteadyTime at) {
  next_look_ = next_look_ ? std::min(*next_look_, at) : at;
}

}  // namespace foldmill::engine
