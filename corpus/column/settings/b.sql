-- remade: column t.dropped_gen
CREATE TABLE t (plain text, stored text, packed text COMPRESSION pglz, counted int, options int, collated text COLLATE "C", gen int, twice int GENERATED ALWAYS AS (gen * 2) STORED, dropped_gen int);
ALTER TABLE t ALTER stored SET STORAGE MAIN, ALTER plain SET STORAGE EXTERNAL, ALTER counted SET STATISTICS 10, ALTER options SET (n_distinct = 7, n_distinct_inherited = 3);
CREATE TABLE fresh (a text COMPRESSION pglz COLLATE "C" DEFAULT 'x' NOT NULL, b int, c int GENERATED ALWAYS AS (b + 1) STORED UNIQUE);
ALTER TABLE fresh ALTER a SET STORAGE EXTERNAL, ALTER b SET STATISTICS 0, ALTER b SET (n_distinct = -0.5);
