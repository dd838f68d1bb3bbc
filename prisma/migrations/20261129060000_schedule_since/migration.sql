-- Since when a schedule promises what it says: it was made, switched on again, or got other times.
ALTER TABLE backup_schedule ADD COLUMN since timestamptz(3) NOT NULL DEFAULT now();
UPDATE backup_schedule SET since = created_at;
