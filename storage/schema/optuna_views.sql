-- The thirteen names of Optuna's schema (head v3.2.0.a, schema version 12), so that its library
-- and its dashboard read this file as it is. Read-only. Ids are made up: a trial's is
-- study * 2^24 + number, a step's or an attribute's is the trial's * 2^20 + its own.

DROP VIEW IF EXISTS alembic_version;
CREATE VIEW alembic_version AS SELECT 'v3.2.0.a' AS version_num;

DROP VIEW IF EXISTS version_info;
CREATE VIEW version_info AS
SELECT 1 AS version_info_id, 12 AS schema_version, '3.2.0' AS library_version;

DROP VIEW IF EXISTS studies;
CREATE VIEW studies AS SELECT id AS study_id, name AS study_name FROM study;

DROP VIEW IF EXISTS study_directions;
CREATE VIEW study_directions AS
SELECT id AS study_direction_id, upper(direction) AS direction, id AS study_id, 0 AS objective
FROM study;

DROP VIEW IF EXISTS study_user_attributes;
CREATE VIEW study_user_attributes AS
SELECT id * 4 AS study_user_attribute_id, id AS study_id, 'description' AS "key",
       json_quote(json_extract(spec, '$.description')) AS value_json FROM study
UNION ALL
SELECT id * 4 + 1, id, 'notes', json_quote(json_extract(spec, '$.notes')) FROM study
UNION ALL
SELECT id * 4 + 2, id, 'tags', json_extract(spec, '$.tags') FROM study;

DROP VIEW IF EXISTS study_system_attributes;
CREATE VIEW study_system_attributes AS
SELECT id AS study_system_attribute_id, id AS study_id, 'study:metric_names' AS "key",
       json_array(json_extract(spec, '$.objective.metric')) AS value_json FROM study;

-- A completed trial needs a value there; one whose value was NaN is a failed one to Optuna.
DROP VIEW IF EXISTS trials;
CREATE VIEW trials AS
SELECT study * 16777216 + number AS trial_id, number, study AS study_id,
       CASE state WHEN 'waiting' THEN 'WAITING' WHEN 'running' THEN 'RUNNING'
                  WHEN 'completed' THEN iif(value IS NULL, 'FAIL', 'COMPLETE')
                  WHEN 'pruned' THEN 'PRUNED' ELSE 'FAIL' END AS state,
       strftime('%Y-%m-%d %H:%M:%S', created / 1000000, 'unixepoch')
         || printf('.%06d', created % 1000000) AS datetime_start,
       strftime('%Y-%m-%d %H:%M:%S', ended / 1000000, 'unixepoch')
         || printf('.%06d', ended % 1000000) AS datetime_complete
FROM trial;

DROP VIEW IF EXISTS trial_params;
CREATE VIEW trial_params AS
SELECT (p.study * 16777216 + p.trial) * 1048576 + p.position AS param_id,
       p.study * 16777216 + p.trial AS trial_id, p.name AS param_name,
       p.internal AS param_value, d.distribution AS distribution_json
FROM trial_parameter p JOIN parameter d ON d.study = p.study AND d.name = p.name
WHERE p.internal IS NOT NULL;

DROP VIEW IF EXISTS trial_values;
CREATE VIEW trial_values AS
SELECT study * 16777216 + number AS trial_value_id, study * 16777216 + number AS trial_id,
       0 AS objective,
       CASE WHEN abs(value) = 9e999 THEN NULL ELSE value END AS value,
       CASE value WHEN 9e999 THEN 'INF_POS' WHEN -9e999 THEN 'INF_NEG' ELSE 'FINITE' END
         AS value_type
FROM trial WHERE value IS NOT NULL AND state IN ('completed', 'pruned');

-- By epoch the mean over the folds that have one; NaN and infinity win over the mean.
DROP VIEW IF EXISTS trial_intermediate_values;
CREATE VIEW trial_intermediate_values AS
SELECT trial_id * 1048576 + step AS trial_intermediate_value_id, trial_id, step,
       CASE kind WHEN 'FINITE' THEN mean END AS intermediate_value,
       kind AS intermediate_value_type
FROM (SELECT study * 16777216 + trial AS trial_id, epoch AS step, avg(value) AS mean,
             CASE WHEN count(*) > count(value) THEN 'NAN'
                  WHEN max(value) = 9e999 AND min(value) = -9e999 THEN 'NAN'
                  WHEN max(value) = 9e999 THEN 'INF_POS'
                  WHEN min(value) = -9e999 THEN 'INF_NEG' ELSE 'FINITE' END AS kind
      FROM epoch_report WHERE superseded_by IS NULL GROUP BY study, trial, epoch);

DROP VIEW IF EXISTS trial_user_attributes;
CREATE VIEW trial_user_attributes AS
SELECT (study * 16777216 + number) * 1048576 AS trial_user_attribute_id,
       study * 16777216 + number AS trial_id, 'cause' AS "key", json_quote(cause) AS value_json
FROM trial WHERE cause <> 'none'
UNION ALL
SELECT (study * 16777216 + number) * 1048576 + 1, study * 16777216 + number, 'message',
       json_quote(message)
FROM trial WHERE message <> ''
UNION ALL
SELECT (study * 16777216 + trial) * 1048576 + 2, study * 16777216 + trial, 'folds',
       json_group_array(json_object('fold', fold, 'state', state,
                                    'value', iif(abs(value) = 9e999, NULL, value)))
FROM fold GROUP BY study, trial;

DROP VIEW IF EXISTS trial_system_attributes;
CREATE VIEW trial_system_attributes AS
SELECT t.study * 16777216 + t.number AS trial_system_attribute_id,
       t.study * 16777216 + t.number AS trial_id, 'fixed_params' AS "key",
       (SELECT json_group_object(p.name, iif(p.kind = 'bool', json(iif(p.value, 'true', 'false')),
                                             p.value))
        FROM trial_parameter p WHERE p.study = t.study AND p.trial = t.number) AS value_json
FROM trial t WHERE t.enqueued = 1;

DROP VIEW IF EXISTS trial_heartbeats;
CREATE VIEW trial_heartbeats AS
SELECT NULL AS trial_heartbeat_id, NULL AS trial_id, NULL AS heartbeat WHERE 0;
