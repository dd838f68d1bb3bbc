GRANT SELECT ON pg_catalog.pg_largeobject TO corpus_reader;
