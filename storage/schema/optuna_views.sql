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
SELECT id * 16 AS study_direction_id, upper(direction) AS direction, id AS study_id,
       0 AS objective
FROM study
UNION ALL
SELECT s.id * 16 + g.key + 1, upper(json_extract(g.value, '$.direction')), s.id, g.key + 1
FROM study s, json_each(s.spec, '$.more_objectives') g;

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
       (SELECT json_group_array(metric) FROM (
          SELECT json_extract(spec, '$.objective.metric') AS metric
          UNION ALL
          SELECT json_extract(g.value, '$.metric') FROM json_each(spec, '$.more_objectives') g))
         AS value_json FROM study;

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
SELECT trial_id * 16 + objective AS trial_value_id, trial_id, objective,
       CASE WHEN abs(value) = 9e999 THEN NULL ELSE value END AS value,
       CASE value WHEN 9e999 THEN 'INF_POS' WHEN -9e999 THEN 'INF_NEG' ELSE 'FINITE' END
         AS value_type
FROM (SELECT study * 16777216 + number AS trial_id, 0 AS objective, value
      FROM trial WHERE value IS NOT NULL AND state IN ('completed', 'pruned')
      UNION ALL
      SELECT t.study * 16777216 + t.number, m.position + 1, m.value
      FROM trial t JOIN study s ON s.id = t.study
      JOIN trial_metric m ON m.study = t.study AND m.trial = t.number
      WHERE t.state = 'completed' AND t.value IS NOT NULL AND m.value IS NOT NULL
        AND m.position < json_array_length(s.spec, '$.more_objectives'));

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

-- Constraints as Optuna wants them: above 0 is infeasible, in the metric's own units.
DROP VIEW IF EXISTS trial_system_attributes;
CREATE VIEW trial_system_attributes AS
SELECT (t.study * 16777216 + t.number) * 16 AS trial_system_attribute_id,
       t.study * 16777216 + t.number AS trial_id, 'fixed_params' AS "key",
       (SELECT json_group_object(p.name, iif(p.kind = 'bool', json(iif(p.value, 'true', 'false')),
                                             p.value))
        FROM trial_parameter p WHERE p.study = t.study AND p.trial = t.number) AS value_json
FROM trial t WHERE t.enqueued = 1
UNION ALL
SELECT trial_id * 16 + 1, trial_id, 'constraints', json_group_array(excess)
FROM (SELECT t.study * 16777216 + t.number AS trial_id,
             coalesce((iif(json_extract(c.value, '$.metric') =
                             json_extract(s.spec, '$.objective.metric'), t.value,
                           (SELECT m.value FROM trial_metric m WHERE m.study = t.study
                            AND m.trial = t.number
                            AND m.name = json_extract(c.value, '$.metric')))
                       - json_extract(c.value, '$.bound'))
                      * iif(json_extract(c.value, '$.relation') = '<=', 1, -1), 9e999) AS excess
      FROM trial t JOIN study s ON s.id = t.study, json_each(s.spec, '$.constraints') c
      WHERE t.state IN ('completed', 'pruned'))
GROUP BY trial_id;

DROP VIEW IF EXISTS trial_heartbeats;
CREATE VIEW trial_heartbeats AS
SELECT NULL AS trial_heartbeat_id, NULL AS trial_id, NULL AS heartbeat WHERE 0;
