-- remade: relation other | constraint other on span | constraint span_text_excl on span | relation span_text_excl
CREATE TABLE span (r int4range, s int4range, t text,
  CONSTRAINT full_one EXCLUDE USING gist (r WITH &&) WITH (fillfactor = 70) WHERE (t <> ' WITH (fillfactor=1) WHERE (') DEFERRABLE,
  CONSTRAINT other EXCLUDE USING gist (s WITH &&) WITH (fillfactor = 80),
  EXCLUDE USING hash (t WITH =));
