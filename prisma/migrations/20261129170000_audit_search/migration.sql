-- Parts of resource names are found by an index of our own: pg_trgm is not installed everywhere. Its keys are the runs
-- of four letters of a name, each behind the number of its stretch of the trail, so that a search walks the trail
-- from stretch to stretch and never meets more than the 16384 events of one, however common its letters are.
-- lib/audit/read.ts divides by the same number. Building it takes some 20 s for a million events.
CREATE FUNCTION audit_search_keys(seq bigint, label text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
DECLARE
  letters text := lower(left(label, 1000));
  stretch text := (seq >> 14) || ' ';
  keys text[] := '{}';
BEGIN
  FOR i IN 1..length(letters) LOOP
    keys[i] := stretch || substr(letters, i, 4);
  END LOOP;
  RETURN array_to_tsvector(keys);
END
$$;

-- What an event of a stretch has among its keys when its resource's name holds the word. Every other run of letters and
-- the last are enough, since each one costs; up to three letters are the beginning of a run.
CREATE FUNCTION audit_search_query(stretch bigint, word text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
DECLARE
  letters text := lower(left(word, 40));
  last int := greatest(length(letters) - 3, 1);
  keys text[] := '{}';
BEGIN
  FOR i IN 1..last LOOP
    CONTINUE WHEN i % 2 = 0 AND i < last;
    keys := keys || ('''' || replace(replace(stretch || ' ' || substr(letters, i, 4), '\', '\\'), '''', '''''') || '''');
  END LOOP;
  IF length(letters) < 4 THEN
    RETURN (keys[1] || ':*')::tsquery;
  END IF;
  RETURN array_to_string(keys, ' & ')::tsquery;
END
$$;

-- Without fastupdate, whose list of pending rows every search would read.
CREATE INDEX audit_event_search_idx ON audit_event USING gin (audit_search_keys(seq, resource_label)) WITH (fastupdate = off);
