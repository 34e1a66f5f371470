#include "storage/sqlite/load_snapshot.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "storage/spec_json.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/parameter_columns.h"
#include "storage/sqlite/words.h"

namespace foldmill::storage {

namespace {

// Finds the parts of a snapshot under construction by the keys that the rows carry.
class Builder {
 public:
  explicit Builder(StatementCache& sql) : sql_(sql) {}

  Snapshot build() {
    load_studies();
    load_trials();
    load_parameters();
    load_folds();
    load_attempts();
    load_reports();
    load_checkpoints();
    load_workers();
    load_artifacts();
    return std::move(snapshot_);
  }

 private:
  void load_studies() {
    Query row = sql_.query("SELECT id, spec, trials, state, created FROM study ORDER BY id");
    while (row.next()) {
      StudySnapshot study;
      study.id = row.id<StudyId>(0);
      study.spec = value_or_throw(spec_from_json(row.text(1)));
      study.spec.trials = row.integer(2);
      study.state = word(row.text(3), parse_study_state);
      study.created = row.time(4);
      index_[study.id] = snapshot_.studies.size();
      snapshot_.studies.push_back(std::move(study));
    }
  }

  void load_trials() {
    Query row = sql_.query(
        "SELECT study, number, state, enqueued, value, cause, created, ended, folds"
        " FROM trial ORDER BY study, number");
    while (row.next()) {
      TrialSnapshot trial;
      trial.number = row.id<TrialNumber>(1);
      trial.state = word(row.text(2), parse_trial_state);
      trial.enqueued = row.integer(3) != 0;
      trial.value = row.maybe_real(4);
      trial.cause = word(row.text(5), parse_end_cause);
      trial.created = row.time(6);
      trial.ended = row.maybe_time(7);
      trial.folds.resize(static_cast<size_t>(row.integer(8)));
      study(row.id<StudyId>(0)).trials.push_back(std::move(trial));
    }
  }

  void load_parameters() {
    Query row = sql_.query(
        "SELECT study, trial, name, kind, value FROM trial_parameter"
        " ORDER BY study, trial, position");
    while (row.next()) trial(row).params.set(row.text(2), read_parameter(row, 3, 4));
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
        "SELECT study, trial, fold, id, number, worker, slot, state, cause, first_epoch"
        " FROM attempt ORDER BY study, trial, fold, number");
    while (row.next()) {
      AttemptSnapshot a;
      a.id = row.id<AttemptId>(3);
      a.number = row.integer(4);
      a.worker = row.id<WorkerId>(5);
      a.slot = row.integer(6);
      a.state = word(row.text(7), parse_attempt_state);
      a.cause = word(row.text(8), parse_end_cause);
      a.first_epoch = row.integer(9);
      fold(row).attempts.push_back(a);
      snapshot_.last_attempt = std::max(snapshot_.last_attempt, a.id);
    }
  }

  // In the order of the table, which reads it once from front to back.
  void load_reports() {
    Query row = sql_.query(
        "SELECT study, trial, fold, epoch, value FROM epoch_report WHERE superseded_by IS NULL");
    while (row.next()) {
      auto& curve = fold(row).curve;
      const auto epoch = static_cast<size_t>(row.integer(3));
      if (curve.size() < epoch) curve.resize(epoch, std::numeric_limits<double>::quiet_NaN());
      curve[epoch - 1] = row.real(4);
    }
  }

  void load_checkpoints() {
    Query row = sql_.query("SELECT study, trial, fold, epoch, sha256, bytes FROM checkpoint");
    while (row.next())
      fold(row).checkpoint = Checkpoint{row.integer(3), {row.text(4), row.integer(5)}};
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

  StudySnapshot& study(StudyId id) { return snapshot_.studies[index_.at(id)]; }

  // By columns 0 (study), 1 (trial) and 2 (fold) of the row. The foreign keys hold the first two;
  // numbers without gaps are what ChangeWriter insists on.
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
