-- When the study last became active again: failures before that are not held against it.
ALTER TABLE study ADD COLUMN resumed INTEGER;
-- While it is stopping, which lowers its budget to what is running: the budget to put back.
ALTER TABLE study ADD COLUMN trials_before_stop INTEGER;
