-- Two workers never run on one target at the same time: the second claim fails here, whatever the code believes.
CREATE UNIQUE INDEX run_running_target_key ON run (target_id) WHERE state = 'running';

-- What is under way, for the bell, the workers and the matrix: few rows however long the history grows.
CREATE INDEX run_unfinished_idx ON run (project_id, created_at) WHERE state IN ('queued', 'running');
CREATE INDEX deployment_unfinished_idx ON deployment (project_id, number) WHERE state NOT IN ('succeeded', 'failed', 'cancelled');
CREATE INDEX deployment_queue_idx ON deployment (target_id, number)
  WHERE state IN ('checking', 'ready', 'awaiting_approval', 'approved', 'queued', 'running', 'in_doubt');

-- The charts read twelve weeks of outcomes from the index alone.
CREATE INDEX run_finished_idx ON run (project_id, finished_at, state) WHERE finished_at IS NOT NULL;
CREATE INDEX deployment_promoted_from_id_idx ON deployment (promoted_from_id) WHERE promoted_from_id IS NOT NULL;
