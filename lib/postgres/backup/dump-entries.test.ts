import { expect, it } from "vitest";
import { restoreEntries } from "./dump-entries";

const DUMP = `SET check_function_bodies = false;

--
-- Name: notes; Type: TABLE; Schema: shop; Owner: -
--

CREATE TABLE shop.notes (
    "a b" text,
    c text
);
ALTER TABLE ONLY shop.notes ALTER COLUMN "a b" SET COMPRESSION lz4;
ALTER TABLE ONLY shop.notes ALTER COLUMN c SET STATISTICS 7;


--
-- Name: compress(); Type: PROCEDURE; Schema: shop; Owner: -
--

CREATE PROCEDURE shop.compress()
    LANGUAGE sql
    AS $$
ALTER TABLE ONLY shop.notes ALTER COLUMN c SET COMPRESSION lz4;
$$;


`;
const options = { major: 18, owners: "keep", tablespaces: new Set<string>() } as const;

it("columns do without lz4 where the server does not know it, and a note names their tables", () => {
  const { entries, notes } = restoreEntries(DUMP, { ...options, lz4: false });
  expect(entries.map(({ sql }) => /COMPRESSION lz4/.test(sql))).toEqual([false, true]);
  expect(entries[0]?.sql).toContain("SET STATISTICS 7");
  expect(notes).toMatchObject([{ code: "lz4_missing", params: { tables: "shop.notes" } }]);
});

it("and keep it where the server knows it", () => {
  const { entries, notes } = restoreEntries(DUMP, { ...options, lz4: true });
  expect(entries[0]?.sql).toContain(`"a b" SET COMPRESSION lz4`);
  expect(notes).toEqual([]);
});

it("the schema public of an archive that makes it is there already, and a text with the same words stays", () => {
  const made = "CREATE SCHEMA public;\n";
  const heading = (name: string, type: string) =>
    `--\n-- Name: ${name}; Type: ${type}; Schema: -; Owner: -\n--\n\n`;
  const dump = `${heading("public", "SCHEMA")}${made}\n${heading("say()", "FUNCTION")}CREATE FUNCTION say() AS $$\n${made}$$;\n`;
  const { entries } = restoreEntries(dump, { ...options, lz4: true });
  expect(entries[0]?.sql.trim()).toBe("CREATE SCHEMA IF NOT EXISTS public;");
  expect(entries[1]?.sql).toContain(`$$\n${made}$$`);
});
