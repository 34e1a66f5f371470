-- A trial handed to a training loop outside: its lease. A later one of the same trial supersedes it.
CREATE TABLE ask (
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),  -- within the trial: the fencing order
  key TEXT NOT NULL CHECK (key <> ''),          -- the asker's own
  holder INTEGER NOT NULL REFERENCES worker (id),
  lease_ms INTEGER NOT NULL CHECK (lease_ms > 0),
  asked INTEGER NOT NULL,
  PRIMARY KEY (study, trial, number),
  UNIQUE (study, key),
  FOREIGN KEY (study, trial) REFERENCES trial (study, number)
) STRICT, WITHOUT ROWID;

-- Points enqueued after the study was created; those of its file stand in its spec.
CREATE TABLE enqueued_point (
  study INTEGER NOT NULL REFERENCES study (id),
  position INTEGER NOT NULL CHECK (position >= 0),  -- those of the file counted
  point TEXT NOT NULL CHECK (json_valid(point)),
  enqueued INTEGER NOT NULL,
  PRIMARY KEY (study, position)
) STRICT, WITHOUT ROWID;
