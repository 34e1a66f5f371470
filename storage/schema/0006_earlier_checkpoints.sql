-- The checkpoint before a fold's latest, to go on from should that one's file be damaged.
ALTER TABLE checkpoint ADD COLUMN earlier_epoch INTEGER;
ALTER TABLE checkpoint ADD COLUMN earlier_sha256 TEXT;
ALTER TABLE checkpoint ADD COLUMN earlier_bytes INTEGER;
