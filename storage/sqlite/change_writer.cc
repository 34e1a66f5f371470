#include "storage/sqlite/change_writer.h"

#include "core/text.h"
#include "storage/refusal.h"
#include "storage/spec_json.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/parameter_columns.h"
#include "storage/sqlite/refuse.h"
#include "storage/sqlite/trial_expressions.h"
#include "storage/value_json.h"

namespace foldmill::storage {

void ChangeWriter::write(const Change& change) {
  std::visit([this](const auto& c) { write(c); }, change);
}

// Attempts and what they leave are in attempt_changes.cc.

// ---- studies

void ChangeWriter::write(const change::StudyCreated& c) {
  const auto made = sql_.run(
      "INSERT INTO study (id, name, spec, direction, trials, epochs, state, created)"
      " VALUES (?, ?, ?, ?, ?, ?, 'active', ?) ON CONFLICT (id) DO NOTHING",
      c.study, c.spec.name, spec_to_json(c.spec), to_string(c.spec.objective.direction),
      c.spec.trials, c.spec.epochs(ParameterSet()), c.at);
  if (made == 0) {
    if (!sql_.any("SELECT 1 FROM study WHERE id = ? AND name = ?", c.study, c.spec.name))
      refuse(concat("study ", c.study.value), "it exists under another name");
    return;
  }
  int64_t position = 0;
  for (const auto& parameter : c.spec.space.parameters())
    sql_.run("INSERT INTO parameter (study, name, position, distribution) VALUES (?, ?, ?, ?)",
             c.study, parameter.name, position++, distribution_to_json(parameter.distribution));
  event("study_created", c.at, {.study = c.study}, c.spec.name);
}

void ChangeWriter::write(const change::StudyStateChanged& c) {
  const std::optional<WallTime> ended = is_finished(c.state) ? std::optional(c.at) : std::nullopt;
  const auto changed = sql_.run(
      "UPDATE study SET state = ?2, reason = ?3, ended = ?4,"
      " resumed = iif(?2 = 'active' AND state <> 'active', ?5, resumed)"
      " WHERE id = ?1 AND (state <> ?2 OR reason <> ?3)",
      c.study, to_string(c.state), c.reason, ended, c.at);
  if (changed == 0) return require_study(c.study);
  event("study_state_changed", c.at, {.study = c.study},
        c.reason.empty() ? std::string(to_string(c.state))
                         : concat(to_string(c.state), ": ", c.reason));
}

void ChangeWriter::write(const change::StudyExtended& c) {
  const auto changed = sql_.run(
      "UPDATE study SET trials = ?2, trials_before_stop = ?3"
      " WHERE id = ?1 AND (trials <> ?2 OR trials_before_stop IS NOT ?3)",
      c.study, c.trials, c.before_stop);
  if (changed == 0) return require_study(c.study);
  event("study_extended", c.at, {.study = c.study},
        c.before_stop ? concat(c.trials, " trials, ", *c.before_stop, " before the stop")
                      : concat(c.trials, " trials"));
}

void ChangeWriter::write(const change::EncoderFound& c) {
  const auto changed = sql_.run(
      "UPDATE study SET spec = json_set(spec, '$.model.encoder.artifact',"
      " json_object('sha256', ?2, 'bytes', ?3))"
      " WHERE id = ?1 AND json_extract(spec, '$.model.encoder.artifact.sha256') IS NOT ?2"
      " AND json_type(spec, '$.model.encoder') = 'object'",
      c.study, c.artifact.sha256, c.artifact.bytes);
  if (changed > 0) return event("encoder_found", c.at, {.study = c.study}, c.artifact.sha256);
  require_study(c.study);
  if (!sql_.any("SELECT 1 FROM study WHERE id = ?"
                " AND json_extract(spec, '$.model.encoder.artifact.sha256') = ?",
                c.study, c.artifact.sha256))
    throw StatusError{refusal::no_encoder(c.study)};
}

void ChangeWriter::write(const change::FinalStagesSet& c) {
  const std::string stages = final_stages_to_json(c.stages);
  const auto changed = sql_.run(
      "UPDATE study SET spec = json_set(spec, '$.final_stages', json(?2))"
      " WHERE id = ?1 AND json_extract(spec, '$.final_stages') IS NOT json(?2)",
      c.study, stages);
  if (changed == 0) return require_study(c.study);
  event("final_stages_set", c.at, {.study = c.study}, stages);
}

void ChangeWriter::require_study(StudyId study) {
  if (!sql_.any("SELECT 1 FROM study WHERE id = ?", study))
    refuse_unknown(concat("study ", study.value));
}

// ---- trials and folds

void ChangeWriter::write(const change::TrialCreated& c) {
  const auto made = sql_.run(
      "INSERT INTO trial (study, number, state, enqueued, folds, epochs, created)"
      " SELECT id, ?2, 'running', ?3, ?4, coalesce(?5, epochs), ?6 FROM study WHERE id = ?1"
      " AND (?2 = 0 OR EXISTS (SELECT 1 FROM trial WHERE study = ?1 AND number = ?2 - 1))"
      " ON CONFLICT (study, number) DO NOTHING",
      c.trial.study, c.trial.trial, c.enqueued, c.folds, c.params.get_int("epochs"), c.at);
  if (made == 0) {
    if (sql_.any("SELECT 1 FROM trial WHERE study = ? AND number = ?", c.trial.study,
                 c.trial.trial))
      return;
    require_study(c.trial.study);
    refuse(refusal::describe(c.trial), "the number before it is missing");
  }
  write_parameters(c);
  for (int fold = 0; fold < c.folds; ++fold)
    sql_.run("INSERT INTO fold (study, trial, fold, state, changed) VALUES (?, ?, ?, 'pending', ?)",
             c.trial.study, c.trial.trial, fold, c.at);
  event("trial_created", c.at, {.study = c.trial.study, .trial = c.trial.trial}, "");
}

void ChangeWriter::write_parameters(const change::TrialCreated& c) {
  int64_t position = 0;
  for (const auto& [name, value] : c.params) {
    Query insert = sql_.query(
        "INSERT INTO trial_parameter (study, trial, position, name, kind, internal, value)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        c.trial.study, c.trial.trial, position++, name, parameter_kind(value),
        internal_value(sql_, c.trial.study, name, value));
    bind_parameter(insert.statement(), 7, value);
    insert.run();
  }
}

void ChangeWriter::write(const change::TrialEnded& c) {
  const auto& d = c.decision;
  Query update = sql_.query(
      concat("UPDATE trial AS t SET state = ?3, value = ?4, cause = ?5, message = ?6, ended = ?7,"
             " pruned_fold = ?8, pruned_epoch = ?9, pruned_value = ?10, pruned_threshold = ?11,"
             " pruned_peers = ?12, pruner = ?13, pruned_p_value = ?14, violation = ?15,"
             " estimated = ?16, trained_epochs = ",
             kTrialEpochs, ", trained_seconds = ", kTrialSeconds,
             " WHERE study = ?1 AND number = ?2 AND state IN ('waiting', 'running')"),
      c.trial.study, c.trial.trial, to_string(c.state), c.value, to_string(c.cause), c.message,
      c.at);
  if (d) {
    auto& statement = update.statement();
    bind::one(statement, 8, d->fold);
    bind::one(statement, 9, d->epoch);
    bind::one(statement, 10, d->value);
    bind::one(statement, 11, d->threshold);
    bind::one(statement, 12, d->peers);
    bind::one(statement, 13, d->pruner);
    bind::one(statement, 14, d->p_value);
  }
  bind::one(update.statement(), 15, c.violation);
  bind::one(update.statement(), 16, c.estimated);
  if (update.run() == 0) {
    Query row = sql_.query("SELECT state FROM trial WHERE study = ? AND number = ?", c.trial.study,
                           c.trial.trial);
    if (!row.next()) refuse_unknown(refusal::describe(c.trial));
    if (row.text(0) != to_string(c.state))
      refuse(refusal::describe(c.trial), concat("it has already ended as ", row.text(0)));
    return;
  }
  write_metrics(c);
  event("trial_ended", c.at, {.study = c.trial.study, .trial = c.trial.trial},
        c.message.empty() ? std::string(to_string(c.state))
                          : concat(to_string(c.state), ": ", c.message));
}

void ChangeWriter::write_metrics(const change::TrialEnded& c) {
  int64_t position = 0;
  for (const auto& [name, value] : c.metrics)
    sql_.run(
        "INSERT INTO trial_metric (study, trial, position, name, value) VALUES (?, ?, ?, ?, ?)",
        c.trial.study, c.trial.trial, position++, name, value);
}

void ChangeWriter::write(const change::FoldChanged& c) {
  if (c.state == FoldState::kLeased)
    refuse(refusal::describe(c.fold), "leased comes with an attempt");
  const auto changed = sql_.run(
      "UPDATE fold SET state = ?4, value = ?5, changed = ?6"
      " WHERE study = ?1 AND trial = ?2 AND fold = ?3 AND (state <> ?4 OR value IS NOT ?5)",
      c.fold.study, c.fold.trial, c.fold.fold, to_string(c.state), c.value, c.at);
  if (changed == 0) return require_fold(c.fold);
  event("fold_changed", c.at, {.study = c.fold.study, .trial = c.fold.trial, .fold = c.fold.fold},
        to_string(c.state));
}

void ChangeWriter::require_fold(const FoldKey& fold) {
  if (!sql_.any("SELECT 1 FROM fold WHERE study = ? AND trial = ? AND fold = ?", fold.study,
                fold.trial, fold.fold))
    refuse_unknown(refusal::describe(fold));
}

// ---- trials trained outside, points enqueued

void ChangeWriter::write(const change::TrialAsked& c) {
  const auto made = sql_.run(
      "INSERT INTO ask (study, trial, number, key, holder, lease_ms, asked)"
      " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
      " WHERE ?3 = 1 + (SELECT count(*) FROM ask WHERE study = ?1 AND trial = ?2)",
      c.trial.study, c.trial.trial, c.number, c.key, c.holder, int64_t{c.lease.count()}, c.at);
  if (made == 0) {
    if (!sql_.any("SELECT 1 FROM ask WHERE study = ? AND trial = ? AND number = ? AND key = ?",
                  c.trial.study, c.trial.trial, c.number, c.key))
      refuse(concat("lease ", c.number, " of ", refusal::describe(c.trial)),
             "it is another one's, or the one before it is missing");
    return;
  }
  event("trial_asked", c.at, {.study = c.trial.study, .trial = c.trial.trial, .worker = c.holder},
        "");
}

void ChangeWriter::write(const change::PointEnqueued& c) {
  const std::string point = parameters_to_json(c.point);
  const auto made = sql_.run(
      "INSERT INTO enqueued_point (study, position, point, enqueued)"
      " SELECT id, ?2, ?3, ?4 FROM study s WHERE id = ?1"
      " AND ?2 = json_array_length(s.spec, '$.enqueue')"
      "        + (SELECT count(*) FROM enqueued_point e WHERE e.study = s.id)",
      c.study, c.position, point, c.at);
  if (made == 0) {
    require_study(c.study);
    if (!sql_.any("SELECT 1 FROM enqueued_point WHERE study = ? AND position = ? AND point = ?",
                  c.study, c.position, point))
      refuse(concat("point ", c.position, " of study ", c.study.value),
             "it is another one, or the one before it is missing");
    return;
  }
  event("point_enqueued", c.at, {.study = c.study}, point);
}

// ---- workers, events

void ChangeWriter::write(const change::WorkerSeen& c) {
  const auto labels = strings_to_json(c.labels);
  const auto same = sql_.run(
      "UPDATE worker SET seen = ?7 WHERE id = ?1 AND name = ?2 AND slots = ?3 AND labels = ?4"
      " AND version = ?5 AND state = ?6",
      c.worker, c.name, c.slots, labels, c.version, c.state, c.at);
  if (same > 0) return;
  sql_.run(
      "INSERT INTO worker (id, name, slots, labels, version, state, seen)"
      " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
      " slots = excluded.slots, labels = excluded.labels, version = excluded.version,"
      " state = excluded.state, seen = excluded.seen",
      c.worker, c.name, c.slots, labels, c.version, c.state, c.at);
  event("worker_seen", c.at, {.worker = c.worker}, concat(c.name, " is ", c.state));
}

void ChangeWriter::event(std::string_view kind, WallTime at, const Subject& subject,
                         std::string_view detail) {
  sql_.run(
      "INSERT INTO event (at, kind, study, trial, fold, attempt, worker, detail)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      at, kind, subject.study, subject.trial, subject.fold, subject.attempt, subject.worker,
      detail);
}

void ChangeWriter::attempt_event(std::string_view kind, WallTime at, AttemptId attempt,
                                 std::string_view detail) {
  sql_.run(
      "INSERT INTO event (at, kind, study, trial, fold, attempt, worker, detail)"
      " SELECT ?2, ?3, study, trial, fold, id, worker, ?4 FROM attempt WHERE id = ?1",
      attempt, at, kind, detail);
}

}  // namespace foldmill::storage
