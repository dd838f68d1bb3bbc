-- Lists tell how many migrations a deployment has: a plan of hundreds is not read for that.
ALTER TABLE deployment
  ADD COLUMN migration_count integer NOT NULL GENERATED ALWAYS AS (jsonb_array_length(plan)) STORED;
