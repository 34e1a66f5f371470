#include "storage/sqlite/row_reader.h"

#include <algorithm>

#include "core/pareto.h"
#include "storage/spec_json.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/parameter_columns.h"
#include "storage/sqlite/trial_expressions.h"
#include "storage/sqlite/words.h"
#include "storage/value_json.h"

namespace foldmill::storage {

namespace {

void read_enqueued(StatementCache& sql, StudyRow& study) {
  Query row =
      sql.query("SELECT point FROM enqueued_point WHERE study = ? ORDER BY position", study.id);
  while (row.next())
    study.spec.enqueue.push_back(value_or_throw(parameters_from_json(row.text(0))));
}

void count_trials(StatementCache& sql, StudyRow& study) {
  Query row =
      sql.query("SELECT state, count(*) FROM trial WHERE study = ? GROUP BY state", study.id);
  while (row.next()) {
    const int64_t count = row.integer(1);
    switch (word(row.text(0), parse_trial_state)) {
      case TrialState::kCompleted:
        study.completed = count;
        break;
      case TrialState::kPruned:
        study.pruned = count;
        break;
      case TrialState::kFailed:
        study.failed = count;
        break;
      case TrialState::kCancelled:
        study.cancelled = count;
        break;
      case TrialState::kRunning:
        study.running = count;
        break;
      case TrialState::kWaiting:
        break;
    }
  }
}

// The further objectives stand first among a trial's metrics, in the order of the spec.
void find_front(StatementCache& sql, StudyRow& study) {
  const std::vector<Goal> goals = study.spec.goals();
  const auto loss_of = [&](size_t goal, double value) {
    return goals[goal].direction == Direction::kMinimize ? value : -value;
  };
  std::vector<TrialNumber> numbers;
  std::vector<Losses> losses;
  Query row = sql.query(
      "SELECT t.number, t.value, m.value FROM trial t"
      " JOIN trial_metric m ON m.study = t.study AND m.trial = t.number"
      " WHERE t.study = ?1 AND t.state = 'completed' AND t.violation = 0 AND t.value IS NOT NULL"
      " AND m.position < ?2 AND NOT EXISTS (SELECT 1 FROM trial_metric x WHERE x.study = t.study"
      "   AND x.trial = t.number AND x.position < ?2 AND x.value IS NULL)"
      " ORDER BY t.number, m.position",
      study.id, static_cast<int64_t>(study.spec.more_objectives.size()));
  while (row.next()) {
    if (numbers.empty() || numbers.back() != row.id<TrialNumber>(0)) {
      numbers.push_back(row.id<TrialNumber>(0));
      losses.push_back({loss_of(0, row.real(1))});
    }
    losses.back().push_back(loss_of(losses.back().size(), row.real(2)));
  }
  std::vector<size_t> front = pareto_front(losses);
  std::stable_sort(front.begin(), front.end(),
                   [&](size_t a, size_t b) { return losses[a] < losses[b]; });
  for (const size_t index : front) study.front.push_back(numbers[index]);
}

void find_best(StatementCache& sql, StudyRow& study) {
  if (!study.spec.more_objectives.empty()) return find_front(sql, study);
  const bool minimize = study.spec.objective.direction == Direction::kMinimize;
  Query row =
      sql.query(concat("SELECT number, value FROM trial WHERE study = ? AND state = 'completed'"
                       " AND value IS NOT NULL AND violation = 0 ORDER BY value ",
                       minimize ? "ASC" : "DESC", ", number LIMIT 1"),
                study.id);
  if (!row.next()) return;
  study.best = row.id<TrialNumber>(0);
  study.best_value = row.real(1);
}

void sum_training(StatementCache& sql, StudyRow& study) {
  Query row = sql.query(
      concat(
          "SELECT coalesce(sum(", kTrialEpochs, "), 0), total(", kTrialSeconds,
          "), coalesce(sum(CASE WHEN t.state = 'pruned'"
          "  THEN t.folds * t.epochs - t.trained_epochs END), 0) FROM trial t WHERE t.study = ?"),
      study.id);
  row.next();  // sums without groups are one row
  study.epochs = row.integer(0);
  study.seconds = row.real(1);
  study.epochs_saved = row.integer(2);
}

void read_parameters(StatementCache& sql, StudyId study, TrialRow& trial) {
  Query row = sql.query(
      "SELECT name, kind, value FROM trial_parameter WHERE study = ? AND trial = ?"
      " ORDER BY position",
      study, trial.number);
  while (row.next()) trial.params.set(row.text(0), read_parameter(row, 1, 2));
}

void read_metrics(StatementCache& sql, StudyId study, TrialRow& trial) {
  Query row = sql.query(
      "SELECT name, value FROM trial_metric WHERE study = ? AND trial = ? ORDER BY position", study,
      trial.number);
  while (row.next()) trial.metrics.emplace_back(row.text(0), row.real(1));
}

void read_folds(StatementCache& sql, StudyId study, TrialRow& trial) {
  Query row = sql.query(
      "SELECT f.fold, f.state, f.value,"
      " (SELECT count(*) FROM epoch_report r WHERE r.study = f.study AND r.trial = f.trial"
      "  AND r.fold = f.fold AND r.superseded_by IS NULL),"
      " (SELECT total(r.seconds) FROM attempt a JOIN epoch_report r ON r.attempt = a.id"
      "  WHERE a.study = f.study AND a.trial = f.trial AND a.fold = f.fold)"
      " FROM fold f WHERE f.study = ? AND f.trial = ? ORDER BY f.fold",
      study, trial.number);
  while (row.next()) {
    FoldRow fold;
    fold.fold = row.id<FoldIndex>(0);
    fold.state = word(row.text(1), parse_fold_state);
    fold.value = row.maybe_real(2);
    fold.epochs = row.integer(3);
    fold.seconds = row.real(4);
    trial.epochs += fold.epochs;
    trial.seconds += fold.seconds;
    trial.folds.push_back(std::move(fold));
  }
}

// Folds of a trial are 0 … n-1.
FoldRow& fold_of(TrialRow& trial, int64_t fold) {
  if (fold < 0 || static_cast<size_t>(fold) >= trial.folds.size())
    throw StatusError{data_loss("the database holds a fold that its trial does not have")};
  return trial.folds[static_cast<size_t>(fold)];
}

void read_attempts(StatementCache& sql, StudyId study, TrialRow& trial) {
  Query row = sql.query(
      "SELECT a.fold, a.id, a.number, w.name, a.slot, a.state, a.cause, a.message, a.first_epoch,"
      " a.leased, a.ended FROM attempt a JOIN worker w ON w.id = a.worker"
      " WHERE a.study = ? AND a.trial = ? ORDER BY a.fold, a.number",
      study, trial.number);
  while (row.next()) {
    AttemptRow a;
    a.id = row.id<AttemptId>(1);
    a.number = row.integer(2);
    a.worker = row.text(3);
    a.slot = row.integer(4);
    a.state = word(row.text(5), parse_attempt_state);
    a.cause = word(row.text(6), parse_end_cause);
    a.message = row.text(7);
    a.first_epoch = row.integer(8);
    a.leased = row.time(9);
    a.ended = row.maybe_time(10);
    fold_of(trial, row.integer(0)).attempts.push_back(std::move(a));
  }
}

// Of each fold's latest attempt that left any.
void read_artifacts(StatementCache& sql, StudyId study, TrialRow& trial) {
  Query row = sql.query(
      "SELECT a.fold, x.name, x.sha256, x.bytes FROM attempt a JOIN artifact x ON x.attempt = a.id"
      " WHERE a.study = ?1 AND a.trial = ?2 AND a.number = ("
      "   SELECT max(b.number) FROM attempt b JOIN artifact y ON y.attempt = b.id"
      "   WHERE b.study = ?1 AND b.trial = ?2 AND b.fold = a.fold)"
      " ORDER BY a.fold, x.name",
      study, trial.number);
  while (row.next())
    fold_of(trial, row.integer(0))
        .artifacts.push_back({row.text(1), {row.text(2), row.integer(3)}});
}

// One row per metric; SQLite takes the stored JSON apart, because it alone reads 9e999.
void read_curves(StatementCache& sql, StudyId study, TrialRow& trial) {
  Query row = sql.query(
      "SELECT r.fold, r.epoch, r.value, r.seconds, r.attempt, m.key, m.value"
      " FROM epoch_report r LEFT JOIN json_each(r.metrics) m ON true"
      " WHERE r.study = ? AND r.trial = ? AND r.superseded_by IS NULL"
      " ORDER BY r.fold, r.epoch, m.id",
      study, trial.number);
  while (row.next()) {
    auto& curve = fold_of(trial, row.integer(0)).curve;
    if (curve.empty() || curve.back().epoch != row.integer(1)) {
      EpochRow epoch;
      epoch.epoch = row.integer(1);
      epoch.value = row.real(2);
      epoch.seconds = row.real(3);
      epoch.attempt = row.id<AttemptId>(4);
      curve.push_back(std::move(epoch));
    }
    if (!row.null(5)) curve.back().metrics.emplace_back(row.text(5), row.real(6));
  }
}

}  // namespace

StudyRow read_study(StatementCache& sql, StudyId id) {
  StudyRow study;
  study.id = id;
  {
    Query row =
        sql.query("SELECT spec, trials, state, reason, created, ended FROM study WHERE id = ?", id);
    FOLDMILL_CHECK(row.next(), "the caller has just found this study");
    study.spec = value_or_throw(spec_from_json(row.text(0)));
    study.spec.trials = row.integer(1);
    study.state = word(row.text(2), parse_study_state);
    study.reason = row.text(3);
    study.created = row.time(4);
    study.ended = row.maybe_time(5);
  }
  read_enqueued(sql, study);
  count_trials(sql, study);
  find_best(sql, study);
  sum_training(sql, study);
  return study;
}

TrialRow trial_from_columns(const Query& row) {
  TrialRow trial;
  trial.number = row.id<TrialNumber>(0);
  trial.state = word(row.text(1), parse_trial_state);
  trial.enqueued = row.integer(2) != 0;
  trial.value = row.maybe_real(3);
  trial.cause = word(row.text(4), parse_end_cause);
  trial.message = row.text(5);
  trial.created = row.time(6);
  trial.ended = row.maybe_time(7);
  if (!row.null(8))
    trial.decision =
        PruneDecision{row.id<FoldIndex>(8), row.integer(9), row.real(10),      row.real(11),
                      row.integer(12),      row.text(13),   row.maybe_real(14)};
  trial.violation = row.real(15);
  trial.estimated = row.integer(16) != 0;
  return trial;
}

void complete_trial(StatementCache& sql, StudyId study, bool with_curves, TrialRow& trial) {
  read_parameters(sql, study, trial);
  read_metrics(sql, study, trial);
  read_folds(sql, study, trial);
  read_attempts(sql, study, trial);
  read_artifacts(sql, study, trial);
  if (with_curves) read_curves(sql, study, trial);
}

WorkerRow worker_from_columns(const Query& row) {
  WorkerRow worker;
  worker.id = row.id<WorkerId>(0);
  worker.name = row.text(1);
  worker.state = row.text(2);
  worker.slots = row.integer(3);
  worker.busy = row.integer(4);
  worker.labels = value_or_throw(strings_from_json(row.text(5)));
  worker.version = row.text(6);
  worker.seen = row.time(7);
  return worker;
}

}  // namespace foldmill::storage
