-- remade: column d.c_id | column d1.c_id | constraint a_pkey on a | constraint a_up_fkey on a | constraint b_a_id_fkey on b | constraint c_pkey on c | constraint d_c_id_fkey on d | constraint d_c_id_fkey on d1 | constraint f1 on e | relation a_pkey | relation c_pkey | relation d | relation d1 | relation flagged
CREATE TABLE a (id uuid PRIMARY KEY, up uuid REFERENCES a);
CREATE TABLE b (a_id uuid NOT NULL REFERENCES a ON DELETE CASCADE);
CREATE TABLE c (id text PRIMARY KEY);
CREATE TABLE d (c_id text NOT NULL REFERENCES c) PARTITION BY LIST (c_id);
CREATE TABLE d1 PARTITION OF d DEFAULT;
CREATE TABLE e (c_id text CONSTRAINT f1 REFERENCES c);
COMMENT ON CONSTRAINT f1 ON e IS 'to c';
CREATE TABLE numbers (flag smallint DEFAULT 1, small boolean, big boolean, span int8range DEFAULT '[1,2)', spans tstzrange[]);
CREATE INDEX flagged ON numbers (flag) WHERE flag = 1;
CREATE TABLE unrelated (amount jsonb DEFAULT '1', amounts jsonb[], ok jsonb);
CREATE TABLE unrelated_empty (shape bigint, token uuid, since timestamp with time zone);
CREATE TABLE of_system (x integer, x8 numeric, c integer, r bigint, n int4multirange, t point[]);
