-- The documented read side (docs/schema.md): columns are only ever added. Recreated whenever this
-- file changes, after the migrations.

DROP VIEW IF EXISTS study_list;
CREATE VIEW study_list AS
SELECT s.name AS study, s.state, s.reason, s.direction,
       json_extract(s.spec, '$.objective.metric') AS metric,
       s.trials AS budget,
       (SELECT count(*) FROM trial t WHERE t.study = s.id) AS trials,
       (SELECT count(*) FROM trial t WHERE t.study = s.id AND t.state = 'completed') AS completed,
       (SELECT count(*) FROM trial t WHERE t.study = s.id AND t.state = 'pruned') AS pruned,
       (SELECT count(*) FROM trial t WHERE t.study = s.id AND t.state = 'failed') AS failed,
       (SELECT CASE s.direction WHEN 'minimize' THEN min(t.value) ELSE max(t.value) END
        FROM trial t WHERE t.study = s.id AND t.state = 'completed' AND t.violation = 0
          AND json_array_length(coalesce(s.spec -> '$.more_objectives', '[]')) = 0) AS best_value,
       s.created / 1e6 AS created, s.ended / 1e6 AS ended, s.spec
FROM study s;

DROP VIEW IF EXISTS trial_list;
CREATE VIEW trial_list AS
SELECT s.name AS study, t.number, t.state, t.value, t.cause, t.message,
       t.enqueued, t.folds,
       CASE WHEN t.ended IS NULL THEN
         (SELECT count(*) FROM epoch_report r
          WHERE r.study = t.study AND r.trial = t.number AND r.superseded_by IS NULL)
       ELSE t.trained_epochs END AS epochs,
       t.epochs AS epochs_per_fold,
       max(t.ended - t.created, 0) / 1e6 AS duration,  -- the clock may have been set back meanwhile
       t.pruned_fold, t.pruned_epoch AS pruned_at, t.pruned_value, t.pruned_threshold,
       t.pruned_peers, t.pruned_p_value, t.pruner,
       t.created / 1e6 AS created, t.ended / 1e6 AS ended, t.violation, t.estimated,
       (SELECT count(*) FROM fold f
        WHERE f.study = t.study AND f.trial = t.number AND f.state = 'completed') AS folds_completed,
       (SELECT avg(f.value) FROM fold f
        WHERE f.study = t.study AND f.trial = t.number AND f.state = 'completed') AS fold_mean,
       -- With n - 1, so null of a single fold.
       (SELECT sqrt(sum(d.off * d.off) / (count(*) - 1)) FROM (
          SELECT f.value - (SELECT avg(g.value) FROM fold g
            WHERE g.study = t.study AND g.trial = t.number AND g.state = 'completed') AS off
          FROM fold f
          WHERE f.study = t.study AND f.trial = t.number AND f.state = 'completed') d) AS fold_std,
       (SELECT sqrt(sum(d.off * d.off) / (count(*) - 1) / count(*)) FROM (
          SELECT f.value - (SELECT avg(g.value) FROM fold g
            WHERE g.study = t.study AND g.trial = t.number AND g.state = 'completed') AS off
          FROM fold f
          WHERE f.study = t.study AND f.trial = t.number AND f.state = 'completed') d) AS fold_error
FROM trial t JOIN study s ON s.id = t.study;

-- All that a trial is judged by: its value and, by name, what stands beside it.
DROP VIEW IF EXISTS trial_metric_list;
CREATE VIEW trial_metric_list AS
SELECT s.name AS study, t.number AS trial, 0 AS position,
       json_extract(s.spec, '$.objective.metric') AS name, t.value
FROM trial t JOIN study s ON s.id = t.study WHERE t.value IS NOT NULL
UNION ALL
SELECT s.name, m.trial, m.position + 1, m.name, m.value
FROM trial_metric m JOIN study s ON s.id = m.study;

DROP VIEW IF EXISTS parameter_list;
CREATE VIEW parameter_list AS
SELECT s.name AS study, p.trial, p.name, p.kind, p.value, p.position
FROM trial_parameter p JOIN study s ON s.id = p.study;

DROP VIEW IF EXISTS fold_list;
CREATE VIEW fold_list AS
SELECT s.name AS study, f.trial, f.fold, f.state, f.value,
       (SELECT count(*) FROM epoch_report r WHERE r.study = f.study AND r.trial = f.trial
        AND r.fold = f.fold AND r.superseded_by IS NULL) AS epochs,
       (SELECT count(*) FROM attempt a WHERE a.study = f.study AND a.trial = f.trial
        AND a.fold = f.fold) AS attempts,
       (SELECT c.epoch FROM checkpoint c WHERE c.study = f.study AND c.trial = f.trial
        AND c.fold = f.fold) AS checkpoint_epoch,
       f.changed / 1e6 AS changed
FROM fold f JOIN study s ON s.id = f.study;

DROP VIEW IF EXISTS metric_list;
CREATE VIEW metric_list AS
SELECT s.name AS study, r.trial, r.fold, r.epoch, m.key AS name, m.value, r.attempt, r.seconds,
       r.reported / 1e6 AS reported
FROM epoch_report r JOIN study s ON s.id = r.study, json_each(r.metrics) m
WHERE r.superseded_by IS NULL;

DROP VIEW IF EXISTS attempt_list;
CREATE VIEW attempt_list AS
SELECT s.name AS study, a.trial, a.fold, a.number, a.id AS attempt, w.name AS worker, a.slot,
       a.state, a.cause, a.message, a.first_epoch,
       (SELECT count(*) FROM epoch_report r WHERE r.attempt = a.id) AS epochs,
       a.leased / 1e6 AS leased, a.started / 1e6 AS started, a.ended / 1e6 AS ended
FROM attempt a JOIN study s ON s.id = a.study JOIN worker w ON w.id = a.worker;

DROP VIEW IF EXISTS worker_list;
CREATE VIEW worker_list AS
SELECT w.name AS worker, w.state, w.slots,
       (SELECT count(*) FROM attempt a
        WHERE a.worker = w.id AND a.state IN ('leased', 'running')) AS busy,
       w.labels, w.version, w.seen / 1e6 AS seen
FROM worker w WHERE w.slots > 0;

DROP VIEW IF EXISTS ask_list;
CREATE VIEW ask_list AS
SELECT s.name AS study, a.trial, a.number AS lease, w.name AS holder,
       a.lease_ms / 1e3 AS lease_seconds, a.asked / 1e6 AS asked
FROM ask a JOIN study s ON s.id = a.study JOIN worker w ON w.id = a.holder;

DROP VIEW IF EXISTS event_list;
CREATE VIEW event_list AS
SELECT e.id, e.at / 1e6 AS at, e.kind, s.name AS study, e.trial, e.fold, e.attempt,
       w.name AS worker, e.detail
FROM event e LEFT JOIN study s ON s.id = e.study LEFT JOIN worker w ON w.id = e.worker;
