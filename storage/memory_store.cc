#include "storage/memory_store.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "core/text.h"
#include "storage/refusal.h"

namespace foldmill::storage {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::optional<double> without_nan(std::optional<double> value) {
  return value && std::isnan(*value) ? std::nullopt : value;
}

}  // namespace

// The snapshot itself, and what it does not show: where an attempt belongs and which epochs it has
// reported, superseded ones included.
class MemoryStore::State {
 public:
  const Snapshot& snapshot() const { return snapshot_; }

  Status write(const Change& change) {
    return std::visit([this](const auto& c) { return write(c); }, change);
  }

 private:
  struct Place {
    FoldKey fold;
    std::set<int64_t> reported;
  };

  Status write(const change::StudyCreated& c) {
    for (const auto& study : snapshot_.studies) {
      if (study.id != c.study && study.spec.name != c.spec.name) continue;
      if (study.id == c.study && study.spec.name == c.spec.name) return ok_status();
      return refusal::contradiction(concat("study ", c.study.value), "its id or name is taken");
    }
    StudySnapshot study;
    study.id = c.study;
    study.spec = c.spec;
    study.created = c.at;
    snapshot_.studies.push_back(std::move(study));
    std::ranges::sort(snapshot_.studies, {}, &StudySnapshot::id);
    return ok_status();
  }

  Status write(const change::StudyStateChanged& c) {
    StudySnapshot* study = find(c.study);
    if (!study) return refusal::unknown(concat("study ", c.study.value));
    if (c.state == StudyState::kActive && study->state != c.state) study->resumed = c.at;
    study->state = c.state;
    return ok_status();
  }

  Status write(const change::StudyExtended& c) {
    StudySnapshot* study = find(c.study);
    if (!study) return refusal::unknown(concat("study ", c.study.value));
    study->spec.trials = c.trials;
    study->trials_before_stop = c.before_stop;
    return ok_status();
  }

  Status write(const change::EncoderFound& c) {
    StudySnapshot* study = find(c.study);
    if (!study) return refusal::unknown(concat("study ", c.study.value));
    if (!study->spec.model.encoder) return refusal::no_encoder(c.study);
    study->spec.model.encoder->artifact = c.artifact;
    return ok_status();
  }

  Status write(const change::FinalStagesSet& c) {
    StudySnapshot* study = find(c.study);
    if (!study) return refusal::unknown(concat("study ", c.study.value));
    study->spec.final_stages = c.stages;
    return ok_status();
  }

  Status write(const change::TrialCreated& c) {
    StudySnapshot* study = find(c.trial.study);
    if (!study) return refusal::unknown(concat("study ", c.trial.study.value));
    if (find(c.trial)) return ok_status();
    if (c.trial.trial.value != static_cast<int64_t>(study->trials.size()))
      return refusal::contradiction(refusal::describe(c.trial), "the number before it is missing");
    TrialSnapshot trial;
    trial.number = c.trial.trial;
    trial.params = c.params;
    trial.enqueued = c.enqueued;
    trial.created = c.at;
    trial.folds.resize(static_cast<size_t>(c.folds));
    study->trials.push_back(std::move(trial));
    return ok_status();
  }

  Status write(const change::TrialEnded& c) {
    TrialSnapshot* trial = find(c.trial);
    if (!trial) return refusal::unknown(refusal::describe(c.trial));
    if (is_finished(trial->state))
      return trial->state == c.state ? ok_status()
                                     : refusal::contradiction(refusal::describe(c.trial),
                                                              concat("it has already ended as ",
                                                                     to_string(trial->state)));
    trial->state = c.state;
    trial->value = without_nan(c.value);
    trial->cause = c.cause;
    trial->ended = c.at;
    trial->metrics = c.metrics;
    trial->violation = c.violation;
    trial->estimated = c.estimated;
    for (FoldSnapshot& fold : trial->folds) fold.more_curves.clear();
    return ok_status();
  }

  Status write(const change::FoldChanged& c) {
    FoldSnapshot* fold = find(c.fold);
    if (!fold) return refusal::unknown(refusal::describe(c.fold));
    if (c.state == FoldState::kLeased)
      return refusal::contradiction(refusal::describe(c.fold), "leased comes with an attempt");
    fold->state = c.state;
    fold->value = without_nan(c.value);
    return ok_status();
  }

  Status write(const change::AttemptLeased& c) {
    FoldSnapshot* fold = find(c.fold);
    if (!fold) return refusal::unknown(refusal::describe(c.fold));
    if (const auto known = places_.find(c.attempt); known != places_.end())
      return known->second.fold == c.fold && find(c.attempt)->number == c.number
                 ? ok_status()
                 : refusal::contradiction(name(c.attempt), "its id is taken");
    if (!std::ranges::count(snapshot_.workers, c.worker, &WorkerSnapshot::id))
      return refusal::unknown(concat("worker ", c.worker.value));
    for (const auto& other : fold->attempts)
      if (is_live(other.state) || other.number >= c.number)
        return refusal::contradiction(name(c.attempt),
                                      concat(refusal::describe(c.fold), " has ", name(other.id),
                                             ", which is live or has no lower number"));
    AttemptSnapshot attempt;
    attempt.id = c.attempt;
    attempt.number = c.number;
    attempt.worker = c.worker;
    attempt.slot = c.slot;
    attempt.first_epoch = c.first_epoch;
    attempt.leased = c.at;
    fold->attempts.push_back(attempt);
    fold->state = FoldState::kLeased;
    fold->value = std::nullopt;
    const auto kept = static_cast<size_t>(c.first_epoch - 1);
    if (fold->curve.size() > kept) fold->curve.resize(kept);
    for (std::vector<double>& curve : fold->more_curves)
      if (curve.size() > kept) curve.resize(kept);
    places_[c.attempt] = {c.fold, {}};
    snapshot_.last_attempt = std::max(snapshot_.last_attempt, c.attempt);
    return ok_status();
  }

  Status write(const change::AttemptStarted& c) {
    AttemptSnapshot* attempt = find(c.attempt);
    if (!attempt) return refusal::unknown(name(c.attempt));
    if (attempt->state == AttemptState::kLeased) attempt->state = AttemptState::kRunning;
    return ok_status();
  }

  Status write(const change::AttemptEnded& c) {
    AttemptSnapshot* attempt = find(c.attempt);
    if (!attempt) return refusal::unknown(name(c.attempt));
    if (is_live(c.outcome.state))
      return refusal::contradiction(name(c.attempt), "it cannot end in a live state");
    if (!is_live(attempt->state))
      return attempt->state == c.outcome.state
                 ? ok_status()
                 : refusal::contradiction(name(c.attempt), "it has already ended in another way");
    attempt->state = c.outcome.state;
    attempt->cause = c.outcome.cause;
    return ok_status();
  }

  Status write(const change::EpochReported& c) {
    const AttemptSnapshot* attempt = find(c.attempt);
    if (!attempt) return refusal::unknown(name(c.attempt));
    Place& place = places_.at(c.attempt);
    if (place.reported.contains(c.report.epoch)) return ok_status();
    const std::string what = concat("epoch ", c.report.epoch, " of ", name(c.attempt));
    if (place.fold != c.fold)
      return refusal::contradiction(what, concat("it does not hold ", refusal::describe(c.fold)));
    if (!is_live(attempt->state)) return refusal::contradiction(what, "the attempt is not live");
    FoldSnapshot& fold = *find(c.fold);
    auto& curve = fold.curve;
    if (c.report.epoch != static_cast<int64_t>(curve.size()) + 1)
      return refusal::contradiction(what, "the epoch before is missing, or this one is there");
    curve.push_back(c.value);
    const std::vector<std::string> further = find(c.fold.study)->spec.further_metrics();
    fold.more_curves.resize(further.size());
    for (size_t i = 0; i < further.size(); ++i)
      fold.more_curves[i].push_back(c.report.metric(further[i]).value_or(kNan));
    place.reported.insert(c.report.epoch);
    return ok_status();
  }

  Status write(const change::CheckpointRecorded& c) {
    if (!find(c.attempt)) return refusal::unknown(name(c.attempt));
    FoldSnapshot* fold = find(c.fold);
    if (fold && places_.at(c.attempt).fold == c.fold && fold->attempts.back().id == c.attempt) {
      if (fold->checkpoint && fold->checkpoint->epoch < c.checkpoint.epoch)
        fold->earlier_checkpoint = fold->checkpoint;
      fold->checkpoint = c.checkpoint;
      return ok_status();
    }
    if (fold && fold->checkpoint == c.checkpoint) return ok_status();
    return refusal::contradiction(concat("the checkpoint of ", refusal::describe(c.fold)),
                                  concat(name(c.attempt), " is not that fold's latest"));
  }

  Status write(const change::ArtifactRecorded& c) {
    AttemptSnapshot* attempt = find(c.attempt);
    if (!attempt) return refusal::unknown(name(c.attempt));
    if (places_.at(c.attempt).fold != c.fold)
      return refusal::contradiction(
          concat("artifact ", c.name),
          concat(name(c.attempt), " is not one of ", refusal::describe(c.fold)));
    attempt->artifacts[c.name] = c.artifact;
    return ok_status();
  }

  Status write(const change::CheckpointWithdrawn& c) {
    FoldSnapshot* fold = find(c.fold);
    if (!fold) return refusal::unknown(refusal::describe(c.fold));
    if (fold->checkpoint && fold->checkpoint->epoch == c.epoch)
      fold->checkpoint = std::exchange(fold->earlier_checkpoint, std::nullopt);
    return ok_status();
  }

  Status write(const change::CheckpointDropped& c) {
    FoldSnapshot* fold = find(c.fold);
    if (!fold) return refusal::unknown(refusal::describe(c.fold));
    fold->checkpoint = std::nullopt;
    fold->earlier_checkpoint = std::nullopt;
    return ok_status();
  }

  Status write(const change::TrialAsked& c) {
    TrialSnapshot* trial = find(c.trial);
    if (!trial) return refusal::unknown(refusal::describe(c.trial));
    if (!std::ranges::count(snapshot_.workers, c.holder, &WorkerSnapshot::id))
      return refusal::unknown(concat("worker ", c.holder.value));
    const auto known = static_cast<int64_t>(trial->asks.size());
    const std::string what = concat("lease ", c.number, " of ", refusal::describe(c.trial));
    if (c.number <= known)
      return trial->asks[static_cast<size_t>(c.number - 1)].key == c.key
                 ? ok_status()
                 : refusal::contradiction(what, "it is another one's");
    if (c.number != known + 1) return refusal::contradiction(what, "the one before it is missing");
    for (const TrialSnapshot& other : find(c.trial.study)->trials)
      if (std::ranges::count(other.asks, c.key, &AskSnapshot::key))
        return refusal::contradiction(what, "its key is taken");
    trial->asks.push_back({c.number, c.key, c.holder, c.lease});
    return ok_status();
  }

  Status write(const change::PointEnqueued& c) {
    StudySnapshot* study = find(c.study);
    if (!study) return refusal::unknown(concat("study ", c.study.value));
    auto& queue = study->spec.enqueue;
    const auto known = static_cast<int64_t>(queue.size());
    const std::string what = concat("point ", c.position, " of study ", c.study.value);
    if (c.position < known && queue[static_cast<size_t>(c.position)] == c.point) return ok_status();
    if (c.position != known)
      return refusal::contradiction(what, "it is another one, or the one before it is missing");
    queue.push_back(c.point);
    return ok_status();
  }

  Status write(const change::WorkerSeen& c) {
    auto& workers = snapshot_.workers;
    for (const auto& worker : workers)
      if (worker.name == c.name && worker.id != c.worker)
        return refusal::contradiction(concat("worker ", c.worker.value), "its name is taken");
    const auto known = std::ranges::find(workers, c.worker, &WorkerSnapshot::id);
    if (known != workers.end()) {
      known->name = c.name;
      return ok_status();
    }
    workers.push_back({c.worker, c.name});
    std::ranges::sort(workers, {}, &WorkerSnapshot::id);
    return ok_status();
  }

  static std::string name(AttemptId id) { return concat("attempt ", id.value); }

  StudySnapshot* find(StudyId id) {
    const auto study = std::ranges::find(snapshot_.studies, id, &StudySnapshot::id);
    return study == snapshot_.studies.end() ? nullptr : &*study;
  }
  TrialSnapshot* find(const TrialKey& key) {
    StudySnapshot* study = find(key.study);
    const auto number = static_cast<size_t>(key.trial.value);
    return study && number < study->trials.size() ? &study->trials[number] : nullptr;
  }
  FoldSnapshot* find(const FoldKey& key) {
    TrialSnapshot* trial = find(TrialKey{key.study, key.trial});
    const auto index = static_cast<size_t>(key.fold.value);
    return trial && index < trial->folds.size() ? &trial->folds[index] : nullptr;
  }
  AttemptSnapshot* find(AttemptId id) {
    const auto place = places_.find(id);
    if (place == places_.end()) return nullptr;
    return &*std::ranges::find(find(place->second.fold)->attempts, id, &AttemptSnapshot::id);
  }

  Snapshot snapshot_;
  std::map<AttemptId, Place> places_;
};

MemoryStore::MemoryStore() : state_(std::make_unique<State>()) {}
MemoryStore::~MemoryStore() = default;

Result<Snapshot> MemoryStore::load() { return state_->snapshot(); }

Status MemoryStore::apply(std::span<const Change> changes) {
  auto next = std::make_unique<State>(*state_);
  for (const Change& change : changes) FOLDMILL_RETURN_IF_ERROR(next->write(change));
  state_ = std::move(next);
  return ok_status();
}

}  // namespace foldmill::storage
