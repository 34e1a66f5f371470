-- What a trial is judged by beside its value: further objectives, and metrics with a constraint.
CREATE TABLE trial_metric (
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (study, trial, name),
  FOREIGN KEY (study, trial) REFERENCES trial (study, number)
) STRICT, WITHOUT ROWID;

-- Summed over the study's constraints; 0: the trial is feasible, or nothing is known of it.
ALTER TABLE trial ADD COLUMN violation REAL NOT NULL DEFAULT 0 CHECK (violation >= 0);
