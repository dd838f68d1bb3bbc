CREATE TABLE t (plain text, stored text, packed text, counted int, options int, collated text, gen int, dropped_gen int GENERATED ALWAYS AS (1 + 1) STORED);
ALTER TABLE t ALTER stored SET STORAGE EXTERNAL, ALTER counted SET STATISTICS 500, ALTER options SET (n_distinct = 5);
INSERT INTO t (plain, stored, packed, counted, options, collated, gen) VALUES ('p', 's', 'c', 1, 2, 'x', 3);
