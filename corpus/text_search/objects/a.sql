CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH DICTIONARY gone (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION conf (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION conf ADD MAPPING FOR asciiword, word WITH words;
ALTER TEXT SEARCH CONFIGURATION conf ADD MAPPING FOR int WITH simple;
CREATE TABLE t (body text);
CREATE INDEX t_body ON t USING gin (to_tsvector('text_search_objects.conf'::regconfig, body));
INSERT INTO t VALUES ('some words');
