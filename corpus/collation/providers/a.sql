CREATE COLLATION numeric_icu (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION gone (provider = libc, locale = 'C');
CREATE TABLE t (a text COLLATE numeric_icu);
INSERT INTO t VALUES ('a10'), ('a9');
