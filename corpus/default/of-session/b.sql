CREATE SEQUENCE s;
CREATE TABLE t (a int, b bigint DEFAULT currval('s'), c bigint NOT NULL DEFAULT nextval('s'));
CREATE TABLE u (a int, b bigint NOT NULL DEFAULT lastval(), tenant text DEFAULT current_setting('app.tenant'));
