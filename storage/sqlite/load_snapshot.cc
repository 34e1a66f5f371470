#include "storage/sqlite/load_snapshot.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/text.h"
#include "storage/spec_json.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/parameter_columns.h"
#include "storage/sqlite/words.h"
#include "storage/value_json.h"

namespace foldmill::storage {

namespace {

// Nothing comes near these; a damaged number must not take all memory.
constexpr int64_t kMostFolds = 10'000;
constexpr int64_t kLargestGap = 1'000'000;  // in the order of rows, between the epochs of a fold

size_t fold_count(int64_t stored) {
  if (stored < 1 || stored > kMostFolds)
    throw StatusError{data_loss(concat("the database holds a trial of ", stored, " folds"))};
  return static_cast<size_t>(stored);
}

size_t epoch_number(int64_t stored, size_t known) {
  if (stored < 1 || stored > static_cast<int64_t>(known) + kLargestGap)
    throw StatusError{data_loss(
        concat("the database holds a report of epoch ", stored, ", far from the fold's others"))};
  return static_cast<size_t>(stored);
}

// Finds the parts of a snapshot under construction by the keys that the rows carry.
class Builder {
 public:
  explicit Builder(StatementCache& sql) : sql_(sql) {}

  Snapshot build() {
    load_studies();
    load_enqueued();
    load_trials();
    load_parameters();
    load_metrics();
    load_folds();
    load_attempts();
    load_reports();
    load_further_reports();
    load_checkpoints();
    load_workers();
    load_artifacts();
    load_asks();
    return std::move(snapshot_);
  }

 private:
  void load_studies() {
    Query row = sql_.query(
        "SELECT id, spec, trials, state, created, resumed, trials_before_stop FROM study"
        " ORDER BY id");
    while (row.next()) {
      StudySnapshot study;
      study.id = row.id<StudyId>(0);
      study.spec = value_or_throw(spec_from_json(row.text(1)));
      study.spec.trials = row.integer(2);
      study.state = word(row.text(3), parse_study_state);
      study.created = row.time(4);
      study.resumed = row.maybe_time(5);
      if (!row.null(6)) study.trials_before_stop = row.integer(6);
      index_[study.id] = snapshot_.studies.size();
      snapshot_.studies.push_back(std::move(study));
    }
  }

  void load_enqueued() {
    Query row = sql_.query("SELECT study, point FROM enqueued_point ORDER BY study, position");
    while (row.next())
      study(row.id<StudyId>(0))
          .spec.enqueue.push_back(value_or_throw(parameters_from_json(row.text(1))));
  }

  void load_trials() {
    Query row = sql_.query(
        "SELECT study, number, state, enqueued, value, cause, created, ended, folds, violation,"
        " estimated FROM trial ORDER BY study, number");
    while (row.next()) {
      TrialSnapshot trial;
      trial.number = row.id<TrialNumber>(1);
      trial.state = word(row.text(2), parse_trial_state);
      trial.enqueued = row.integer(3) != 0;
      trial.value = row.maybe_real(4);
      trial.cause = word(row.text(5), parse_end_cause);
      trial.created = row.time(6);
      trial.ended = row.maybe_time(7);
      trial.folds.resize(fold_count(row.integer(8)));
      trial.violation = row.real(9);
      trial.estimated = row.integer(10) != 0;
      study(row.id<StudyId>(0)).trials.push_back(std::move(trial));
    }
  }

  void load_parameters() {
    Query row = sql_.query(
        "SELECT study, trial, name, kind, value FROM trial_parameter"
        " ORDER BY study, trial, position");
    while (row.next()) trial(row).params.set(row.text(2), read_parameter(row, 3, 4));
  }

  void load_metrics() {
    Query row = sql_.query(
        "SELECT study, trial, name, value FROM trial_metric ORDER BY study, trial, position");
    while (row.next()) trial(row).metrics.emplace_back(row.text(2), row.real(3));
  }

  void load_folds() {
    Query row = sql_.query("SELECT study, trial, fold, state, value FROM fold");
    while (row.next()) {
      FoldSnapshot& f = fold(row);
      f.state = word(row.text(3), parse_fold_state);
      f.value = row.maybe_real(4);
    }
  }

  void load_attempts() {
    Query row = sql_.query(
        "SELECT study, trial, fold, id, number, worker, slot, state, cause, first_epoch,"
        " leased FROM attempt ORDER BY study, trial, fold, number");
    while (row.next()) {
      AttemptSnapshot a;
      a.id = row.id<AttemptId>(3);
      a.number = row.integer(4);
      a.worker = row.id<WorkerId>(5);
      a.slot = row.integer(6);
      a.state = word(row.text(7), parse_attempt_state);
      a.cause = word(row.text(8), parse_end_cause);
      a.first_epoch = row.integer(9);
      a.leased = row.time(10);
      fold(row).attempts.push_back(a);
      snapshot_.last_attempt = std::max(snapshot_.last_attempt, a.id);
    }
  }

  // In the order of the table, which reads it once from front to back: the + keeps SQLite from the
  // index of such rows, by which it would look each of them up.
  void load_reports() {
    Query row = sql_.query(
        "SELECT study, trial, fold, epoch, value FROM epoch_report WHERE +superseded_by IS NULL");
    while (row.next()) {
      auto& curve = fold(row).curve;
      const auto epoch = epoch_number(row.integer(3), curve.size());
      if (curve.size() < epoch) curve.resize(epoch, std::numeric_limits<double>::quiet_NaN());
      curve[epoch - 1] = row.real(4);
    }
  }

  // The other metrics that running trials are judged by. Those of ended ones stand with the trial.
  void load_further_reports() {
    for (StudySnapshot& study : snapshot_.studies) {
      const std::vector<std::string> names = study.spec.further_metrics();
      for (size_t i = 0; i < names.size(); ++i) load_further_reports(study.id, i, names[i]);
    }
  }

  // SQLite takes the stored JSON apart, because it alone reads 9e999.
  void load_further_reports(StudyId study, size_t index, const std::string& metric) {
    Query row = sql_.query(
        "SELECT r.study, r.trial, r.fold, r.epoch, m.value"
        " FROM trial t JOIN epoch_report r ON r.study = t.study AND r.trial = t.number"
        " LEFT JOIN json_each(r.metrics) m ON m.key = ?2"
        " WHERE t.study = ?1 AND t.ended IS NULL AND r.superseded_by IS NULL",
        study, metric);
    while (row.next()) {
      FoldSnapshot& f = fold(row);
      f.more_curves.resize(std::max(f.more_curves.size(), index + 1));
      f.more_curves[index].resize(f.curve.size(), std::numeric_limits<double>::quiet_NaN());
      f.more_curves[index][static_cast<size_t>(row.integer(3)) - 1] = row.real(4);
    }
  }

  void load_checkpoints() {
    Query row = sql_.query(
        "SELECT study, trial, fold, epoch, sha256, bytes, earlier_epoch, earlier_sha256,"
        " earlier_bytes FROM checkpoint");
    while (row.next()) {
      FoldSnapshot& f = fold(row);
      f.checkpoint = Checkpoint{row.integer(3), {row.text(4), row.integer(5)}};
      if (!row.null(6))
        f.earlier_checkpoint = Checkpoint{row.integer(6), {row.text(7), row.integer(8)}};
    }
  }

  void load_workers() {
    Query row = sql_.query("SELECT id, name FROM worker ORDER BY id");
    while (row.next()) snapshot_.workers.push_back({row.id<WorkerId>(0), row.text(1)});
  }

  void load_artifacts() {
    Query row = sql_.query(
        "SELECT a.study, a.trial, a.fold, a.id, x.name, x.sha256, x.bytes"
        " FROM artifact x JOIN attempt a ON a.id = x.attempt");
    while (row.next()) {
      auto& attempts = fold(row).attempts;
      const auto attempt = std::ranges::find(attempts, row.id<AttemptId>(3), &AttemptSnapshot::id);
      attempt->artifacts[row.text(4)] = {row.text(5), row.integer(6)};
    }
  }

  void load_asks() {
    Query row = sql_.query(
        "SELECT study, trial, number, key, holder, lease_ms FROM ask"
        " ORDER BY study, trial, number");
    while (row.next())
      trial(row).asks.push_back(
          {row.integer(2), row.text(3), row.id<WorkerId>(4), Milliseconds(row.integer(5))});
  }

  // The foreign keys hold what a row refers to, and numbers without gaps are what ChangeWriter
  // insists on; but a file can be changed without them.
  StudySnapshot& study(StudyId id) {
    const auto place = index_.find(id);
    if (place == index_.end())
      throw StatusError{data_loss("the database lacks a study that other rows refer to")};
    return snapshot_.studies[place->second];
  }

  // By columns 0 (study), 1 (trial) and 2 (fold) of the row.
  TrialSnapshot& trial(const Query& row) {
    auto& trials = study(row.id<StudyId>(0)).trials;
    const auto number = static_cast<size_t>(row.integer(1));
    if (number >= trials.size())
      throw StatusError{data_loss("the database lacks a trial that other rows refer to")};
    return trials[number];
  }
  FoldSnapshot& fold(const Query& row) {
    auto& folds = trial(row).folds;
    const auto index = static_cast<size_t>(row.integer(2));
    if (index >= folds.size())
      throw StatusError{data_loss("the database holds a fold that its trial does not have")};
    return folds[index];
  }

  StatementCache& sql_;
  Snapshot snapshot_;
  std::unordered_map<StudyId, size_t> index_;
};

}  // namespace

Snapshot load_snapshot(StatementCache& sql) { return Builder(sql).build(); }

}  // namespace foldmill::storage
