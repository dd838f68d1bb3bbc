-- How many migrations a run applied or reverted: the charts count them without opening every outcome.
ALTER TABLE run ADD COLUMN migrations_done integer NOT NULL DEFAULT 0;

DROP INDEX run_finished_idx;
CREATE INDEX run_finished_idx ON run (project_id, finished_at) INCLUDE (state, migrations_done) WHERE finished_at IS NOT NULL;
