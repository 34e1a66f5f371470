-- Times are microseconds since 1970, UTC. A value that was NaN is NULL; infinities are 9e999.
-- States and causes are the words of core (trial.h, attempt.h, study.h).

CREATE TABLE study (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  spec TEXT NOT NULL CHECK (json_valid(spec)),  -- as created; `trials` is today's budget
  direction TEXT NOT NULL CHECK (direction IN ('minimize', 'maximize')),
  trials INTEGER NOT NULL CHECK (trials >= 0),
  epochs INTEGER NOT NULL,                      -- per fold, for trials that do not search it
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'completed', 'cancelled', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL,
  ended INTEGER
) STRICT;

CREATE TABLE parameter (
  study INTEGER NOT NULL REFERENCES study (id),
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  distribution TEXT NOT NULL CHECK (json_valid(distribution)),  -- in Optuna's long form
  PRIMARY KEY (study, name),
  UNIQUE (study, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial (
  study INTEGER NOT NULL REFERENCES study (id),
  number INTEGER NOT NULL CHECK (number >= 0),
  state TEXT NOT NULL
    CHECK (state IN ('waiting', 'running', 'completed', 'pruned', 'failed', 'cancelled')),
  enqueued INTEGER NOT NULL CHECK (enqueued IN (0, 1)),
  folds INTEGER NOT NULL CHECK (folds >= 1),
  epochs INTEGER NOT NULL,  -- asked of each fold
  value REAL,
  cause TEXT NOT NULL DEFAULT 'none',
  message TEXT NOT NULL DEFAULT '',
  pruned_fold INTEGER,
  pruned_epoch INTEGER,
  pruned_value REAL,
  pruned_threshold REAL,
  pruned_peers INTEGER,
  pruner TEXT,
  created INTEGER NOT NULL,
  ended INTEGER,
  -- Once it has ended: its epochs, each counted once, and the time of all its reports, superseded
  -- ones included. Until then the reports are summed.
  trained_epochs INTEGER NOT NULL DEFAULT 0,
  trained_seconds REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (study, number),
  CHECK ((state IN ('waiting', 'running')) = (ended IS NULL)),
  CHECK (pruned_fold IS NULL OR state = 'pruned')
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_parameter (
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('bool', 'int', 'float', 'string')),
  value ANY NOT NULL,
  internal REAL,  -- the number, or the index of the choice; NULL outside the distribution's type
  PRIMARY KEY (study, trial, name),
  FOREIGN KEY (study, trial) REFERENCES trial (study, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE fold (
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  fold INTEGER NOT NULL CHECK (fold >= 0),
  state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'completed', 'stopped', 'failed')),
  value REAL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (study, trial, fold),
  FOREIGN KEY (study, trial) REFERENCES trial (study, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  slots INTEGER NOT NULL,
  labels TEXT NOT NULL CHECK (json_valid(labels)),
  version TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'draining', 'lost', 'gone')),
  seen INTEGER NOT NULL
) STRICT;

CREATE TABLE attempt (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  fold INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),  -- within the fold: the fencing order
  worker INTEGER NOT NULL REFERENCES worker (id),
  slot INTEGER NOT NULL,
  first_epoch INTEGER NOT NULL CHECK (first_epoch >= 1),
  state TEXT NOT NULL
    CHECK (state IN ('leased', 'running', 'succeeded', 'failed', 'stopped', 'lost')),
  cause TEXT NOT NULL DEFAULT 'none',
  message TEXT NOT NULL DEFAULT '',
  leased INTEGER NOT NULL,
  started INTEGER,
  ended INTEGER,
  UNIQUE (study, trial, fold, number),
  CHECK ((state IN ('leased', 'running')) = (ended IS NULL)),
  FOREIGN KEY (study, trial, fold) REFERENCES fold (study, trial, fold)
) STRICT;

-- A fold is held by at most one attempt.
CREATE UNIQUE INDEX attempt_live ON attempt (study, trial, fold)
  WHERE state IN ('leased', 'running');
CREATE INDEX attempt_of_worker ON attempt (worker) WHERE state IN ('leased', 'running');

-- Study, trial and fold are the attempt's, repeated here so that the index below can be had.
CREATE TABLE epoch_report (
  attempt INTEGER NOT NULL REFERENCES attempt (id),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  fold INTEGER NOT NULL,
  value REAL,
  seconds REAL NOT NULL,
  metrics TEXT NOT NULL CHECK (json_valid(metrics)),
  reported INTEGER NOT NULL,
  superseded_by INTEGER REFERENCES attempt (id),
  PRIMARY KEY (attempt, epoch)
) STRICT, WITHOUT ROWID;

-- Every (study, trial, fold, epoch) counts once; what a later attempt trained anew is superseded.
CREATE UNIQUE INDEX epoch_report_kept ON epoch_report (study, trial, fold, epoch)
  WHERE superseded_by IS NULL;

CREATE TABLE checkpoint (
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  fold INTEGER NOT NULL,
  attempt INTEGER NOT NULL REFERENCES attempt (id),
  epoch INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  PRIMARY KEY (study, trial, fold),
  FOREIGN KEY (study, trial, fold) REFERENCES fold (study, trial, fold)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifact (
  attempt INTEGER NOT NULL REFERENCES attempt (id),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  PRIMARY KEY (attempt, name)
) STRICT, WITHOUT ROWID;

-- What happened, for people; epoch reports are left out. Nothing is decided from it.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,  -- the change's name
  study INTEGER,
  trial INTEGER,
  fold INTEGER,
  attempt INTEGER,
  worker INTEGER,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX event_of_study ON event (study, id);
