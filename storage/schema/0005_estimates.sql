-- Stopped between folds: `value` is what the trial would probably have come to.
ALTER TABLE trial ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1));
