-- remade: relation ev | relation ev_id_seq | relation ev_pkey | relation ids | constraint ev_pkey on ev | column ev.id | column ev.at
CREATE TABLE ev (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE ev_24 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE ev_rest PARTITION OF ev DEFAULT;
INSERT INTO ev (at) VALUES ('2024-01-15'), ('2025-02-15');
CREATE VIEW ids AS SELECT id FROM ev;
