CREATE COLLATION numeric_icu (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION two (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
CREATE TABLE t (a text COLLATE ignore_case);
CREATE INDEX t_a ON t (a COLLATE numeric_icu);
COMMENT ON COLLATION ignore_case IS 'Case does not count';
ALTER COLLATION two OWNER TO corpus_owner;
