import { expect, it } from "vitest";
import { asPrinted } from "./printed";

it.each([
  ["CHECK ((((a >= 1) AND (a <= 5)) AND (b > 0)))", "CHECK (((a BETWEEN 1 AND 5) AND (b > 0)))"],
  ["WHERE (((f(a, 'x)') < 1) OR (f(a, 'x)') > 5)) OR b)", "WHERE ((f(a, 'x)') NOT BETWEEN 1 AND 5) OR b)"],
  [
    "(((((t.a)::text >= ('a'::text || 'b'::text)) AND ((t.a)::text <= 'c'::text)) AND (((x >= 1) AND (x <= 2)) AND y)))",
    "((((t.a)::text BETWEEN ('a'::text || 'b'::text) AND 'c'::text) AND ((x BETWEEN 1 AND 2) AND y)))",
  ],
  [
    "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b''])'::character varying])::text[])))",
    "CHECK (((s) IN ('a'::character varying, 'b''])'::character varying)))",
  ],
  [
    "WHERE ((((t.s)::text <> ALL ((ARRAY['a'::character varying, 'b'::character varying])::text[])) AND b) OR c)",
    "WHERE ((((t.s) NOT IN ('a'::character varying, 'b'::character varying)) AND b) OR c)",
  ],
  [
    "q) SEARCH DEPTH FIRST BY n SET o CYCLE n, m SET \"a TO b\" TO 'it''s'::text DEFAULT 'N'::character varying USING p SELECT 'x'::text",
    "q) SEARCH DEPTH FIRST BY n SET o CYCLE n, m SET \"a TO b\" TO text 'it''s' DEFAULT character varying 'N' USING p SELECT 'x'::text",
  ],
])("writes what comes back the same for %s", (printed, written) => {
  expect(asPrinted(printed)).toBe(written);
});

it.each([
  "(((a >= 1) AND (a <= 5)))",
  "q) CYCLE n SET c TO 1 DEFAULT 0 USING p SELECT 'x'::text",
  "q) CYCLE n SET c USING p SELECT 'SET c TO ', 'x'::text",
  "SELECT ' CYCLE n SET c TO ''Y''::text DEFAULT ''N''::text USING p '",
  "(b AND ((a >= 1) AND (a <= 5)) AND c)",
  "(((a >= 1) AND (b <= 5)) AND c)",
  "(((a >= 1) OR (a <= 5)) OR c)",
  "(((a >= 1) AND (a <= 5)) OR c)",
  "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))",
  "((s)::text = ANY ((ARRAY['a'::character varying, f()])::text[]))",
  "SELECT '(((a >= 1) AND (a <= 5)) AND c)'",
  'SELECT "(((a >= 1) AND (a <= 5)) AND c)"',
  "AS $f$ (((a >= 1) AND (a <= 5)) AND c) $f$",
  "AS E'\\'(((a >= 1) AND (a <= 5)) AND c)'",
])("leaves %s alone", (sql) => {
  expect(asPrinted(sql)).toBe(sql);
});
