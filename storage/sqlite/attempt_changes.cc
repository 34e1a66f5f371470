// Attempts, what they report, and what they leave.

#include <cmath>

#include "core/text.h"
#include "storage/refusal.h"
#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/refuse.h"
#include "storage/value_json.h"

namespace foldmill::storage {
namespace {

std::string attempt_name(AttemptId id) { return concat("attempt ", id.value); }

}  // namespace

void ChangeWriter::write(const change::AttemptLeased& c) {
  const FoldKey& f = c.fold;
  const auto made = sql_.run(
      "INSERT INTO attempt (id, study, trial, fold, number, worker, slot, first_epoch, state,"
      " leased) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'leased', ?9"
      " WHERE NOT EXISTS (SELECT 1 FROM attempt"
      "   WHERE study = ?2 AND trial = ?3 AND fold = ?4 AND number >= ?5)"
      " ON CONFLICT (id) DO NOTHING",
      c.attempt, f.study, f.trial, f.fold, c.number, c.worker, c.slot, c.first_epoch, c.at);
  if (made == 0) {
    if (!sql_.any("SELECT 1 FROM attempt WHERE id = ? AND study = ? AND trial = ? AND fold = ?"
                  " AND number = ?",
                  c.attempt, f.study, f.trial, f.fold, c.number))
      refuse(attempt_name(c.attempt),
             concat("its id is taken, or ", refusal::describe(f),
                    " already has an attempt with number ", c.number, " or above"));
    return;
  }
  sql_.run(
      "UPDATE fold SET state = 'leased', value = NULL, changed = ?4"
      " WHERE study = ?1 AND trial = ?2 AND fold = ?3",
      f.study, f.trial, f.fold, c.at);
  sql_.run(
      "UPDATE epoch_report SET superseded_by = ?1"
      " WHERE study = ?2 AND trial = ?3 AND fold = ?4 AND epoch >= ?5 AND superseded_by IS NULL",
      c.attempt, f.study, f.trial, f.fold, c.first_epoch);
  attempt_event("attempt_leased", c.at, c.attempt, "");
}

void ChangeWriter::write(const change::AttemptStarted& c) {
  if (sql_.run("UPDATE attempt SET state = 'running', started = ?2"
               " WHERE id = ?1 AND state = 'leased'",
               c.attempt, c.at) == 0)
    return require_attempt(c.attempt);
  attempt_event("attempt_started", c.at, c.attempt, "");
}

void ChangeWriter::write(const change::AttemptEnded& c) {
  const auto state = to_string(c.outcome.state);
  if (is_live(c.outcome.state)) refuse(attempt_name(c.attempt), concat("it cannot end as ", state));
  const auto changed = sql_.run(
      "UPDATE attempt SET state = ?2, cause = ?3, message = ?4, ended = ?5"
      " WHERE id = ?1 AND state IN ('leased', 'running')",
      c.attempt, state, to_string(c.outcome.cause), c.outcome.message, c.at);
  if (changed == 0) {
    require_attempt(c.attempt);
    if (!sql_.any("SELECT 1 FROM attempt WHERE id = ? AND state = ?", c.attempt, state))
      refuse(attempt_name(c.attempt), "it has already ended in another way");
    return;
  }
  attempt_event("attempt_ended", c.at, c.attempt,
                c.outcome.cause == EndCause::kNone
                    ? std::string(state)
                    : concat(state, " (", to_string(c.outcome.cause), ") ", c.outcome.message));
}

void ChangeWriter::require_attempt(AttemptId attempt) {
  if (!sql_.any("SELECT 1 FROM attempt WHERE id = ?", attempt))
    refuse_unknown(attempt_name(attempt));
}

// ---- what attempts leave

void ChangeWriter::write(const change::EpochReported& c) {
  const auto made = sql_.run(
      "INSERT INTO epoch_report"
      " (attempt, epoch, study, trial, fold, value, seconds, metrics, reported)"
      " SELECT id, ?2, study, trial, fold, ?6, ?7, ?8, ?9 FROM attempt"
      " WHERE id = ?1 AND study = ?3 AND trial = ?4 AND fold = ?5"
      "   AND state IN ('leased', 'running')"
      "   AND (?2 = 1 OR EXISTS (SELECT 1 FROM epoch_report WHERE study = ?3 AND trial = ?4"
      "        AND fold = ?5 AND epoch = ?2 - 1 AND superseded_by IS NULL))"
      " ON CONFLICT (attempt, epoch) DO NOTHING",
      c.attempt, c.report.epoch, c.fold.study, c.fold.trial, c.fold.fold, c.value,
      std::isfinite(c.report.seconds) ? c.report.seconds : 0.0, metrics_to_json(c.report.metrics),
      c.at);
  if (made > 0 || sql_.any("SELECT 1 FROM epoch_report WHERE attempt = ? AND epoch = ?", c.attempt,
                           c.report.epoch))
    return;
  require_attempt(c.attempt);
  refuse(concat("epoch ", c.report.epoch, " of ", attempt_name(c.attempt)),
         concat("the attempt is not live, does not hold ", refusal::describe(c.fold),
                ", or the epoch before is missing"));
}

void ChangeWriter::write(const change::CheckpointRecorded& c) {
  const auto& [epoch, artifact] = c.checkpoint;
  const auto written = sql_.run(
      "INSERT INTO checkpoint (study, trial, fold, attempt, epoch, sha256, bytes, recorded)"
      " SELECT study, trial, fold, id, ?5, ?6, ?7, ?8 FROM attempt a"
      " WHERE id = ?1 AND study = ?2 AND trial = ?3 AND fold = ?4"
      "   AND NOT EXISTS (SELECT 1 FROM attempt b WHERE b.study = ?2 AND b.trial = ?3"
      "                   AND b.fold = ?4 AND b.number > a.number)"
      " ON CONFLICT (study, trial, fold) DO UPDATE SET attempt = excluded.attempt,"
      "   earlier_epoch = iif(excluded.epoch > epoch, epoch, earlier_epoch),"
      "   earlier_sha256 = iif(excluded.epoch > epoch, sha256, earlier_sha256),"
      "   earlier_bytes = iif(excluded.epoch > epoch, bytes, earlier_bytes),"
      "   epoch = excluded.epoch, sha256 = excluded.sha256, bytes = excluded.bytes,"
      "   recorded = excluded.recorded",
      c.attempt, c.fold.study, c.fold.trial, c.fold.fold, epoch, artifact.sha256, artifact.bytes,
      c.at);
  if (written > 0) return;
  require_attempt(c.attempt);
  if (sql_.any("SELECT 1 FROM checkpoint WHERE study = ? AND trial = ? AND fold = ?"
               " AND attempt = ? AND epoch = ? AND sha256 = ?",
               c.fold.study, c.fold.trial, c.fold.fold, c.attempt, epoch, artifact.sha256))
    return;
  refuse(concat("the checkpoint of ", refusal::describe(c.fold)),
         concat(attempt_name(c.attempt), " is not that fold's latest"));
}

void ChangeWriter::write(const change::ArtifactRecorded& c) {
  const auto written = sql_.run(
      "INSERT INTO artifact (attempt, name, sha256, bytes, recorded)"
      " SELECT id, ?5, ?6, ?7, ?8 FROM attempt"
      " WHERE id = ?1 AND study = ?2 AND trial = ?3 AND fold = ?4"
      " ON CONFLICT (attempt, name) DO UPDATE SET sha256 = excluded.sha256,"
      "   bytes = excluded.bytes, recorded = excluded.recorded",
      c.attempt, c.fold.study, c.fold.trial, c.fold.fold, c.name, c.artifact.sha256,
      c.artifact.bytes, c.at);
  if (written > 0) return;
  require_attempt(c.attempt);
  refuse(concat("artifact ", c.name),
         concat(attempt_name(c.attempt), " is not one of ", refusal::describe(c.fold)));
}

void ChangeWriter::write(const change::CheckpointWithdrawn& c) {
  const auto replaced = sql_.run(
      "UPDATE checkpoint SET epoch = earlier_epoch, sha256 = earlier_sha256, bytes = earlier_bytes,"
      " earlier_epoch = NULL, earlier_sha256 = NULL, earlier_bytes = NULL"
      " WHERE study = ? AND trial = ? AND fold = ? AND epoch = ? AND earlier_epoch IS NOT NULL",
      c.fold.study, c.fold.trial, c.fold.fold, c.epoch);
  if (replaced > 0) return;
  if (sql_.run("DELETE FROM checkpoint WHERE study = ? AND trial = ? AND fold = ? AND epoch = ?",
               c.fold.study, c.fold.trial, c.fold.fold, c.epoch) == 0)
    require_fold(c.fold);
}

void ChangeWriter::write(const change::CheckpointDropped& c) {
  if (sql_.run("DELETE FROM checkpoint WHERE study = ? AND trial = ? AND fold = ?", c.fold.study,
               c.fold.trial, c.fold.fold) == 0)
    require_fold(c.fold);
}

}  // namespace foldmill::storage
