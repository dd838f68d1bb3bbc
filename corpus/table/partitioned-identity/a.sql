CREATE TABLE ev (id bigserial, at timestamptz NOT NULL, PRIMARY KEY (id));
INSERT INTO ev (at) VALUES ('2024-01-15'), ('2025-02-15');
CREATE VIEW ids AS SELECT id FROM ev;
