-- remade: constraint child_id_key on child | constraint positive on base | constraint positive on child | constraint positive on grandchild | constraint positive on overridden | constraint positive on standalone | relation child_id_key
CREATE TABLE base (id bigint NOT NULL, at date DEFAULT '2025-01-01', added text DEFAULT 'a' NOT NULL, CONSTRAINT positive CHECK (id > 0), CONSTRAINT short CHECK (length(added) < 10) NO INHERIT);
CREATE TABLE other (note text);
CREATE TABLE child (extra text, UNIQUE (id)) INHERITS (base, other);
CREATE TABLE grandchild (more int DEFAULT 9) INHERITS (child);
ALTER TABLE grandchild ALTER at SET DEFAULT '2030-01-01';
CREATE TABLE standalone (id bigint NOT NULL, at date, added text DEFAULT 'a' NOT NULL, CONSTRAINT positive CHECK (id > 0));
ALTER TABLE standalone INHERIT base;
CREATE TABLE leaving (id int NOT NULL, at date DEFAULT '2024-01-01', CONSTRAINT positive CHECK (id > 0));
CREATE TABLE overridden (id bigint NOT NULL DEFAULT 5, at date DEFAULT '2020-02-02') INHERITS (base);
CREATE TABLE newborn (note varchar(20), CONSTRAINT positive CHECK (id > 0)) INHERITS (base);
CREATE TABLE strict (CONSTRAINT known CHECK (id <> 13)) INHERITS (base);
ALTER TABLE strict ALTER at SET NOT NULL;
ALTER TABLE strict ALTER at SET STATISTICS 50;
