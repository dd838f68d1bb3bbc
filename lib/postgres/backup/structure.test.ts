import { expect, it } from "vitest";
import { isSameStructure, switchesLast } from "./structure";

const entry = (name: string, sql: string, type = "TRIGGER") =>
  `--\n-- Name: ${name}; Type: ${type}; Schema: a; Owner: postgres\n--\n\n${sql}\n\n\n`;
const head = "SET row_security = off;\n\n";
const part = entry("h1 t1", "ALTER TABLE a.h1 ENABLE REPLICA TRIGGER t1;");
const whole = entry(
  "m t1",
  "CREATE TRIGGER t1 AFTER UPDATE ON a.m FOR EACH ROW EXECUTE FUNCTION a.f();\n\nALTER TABLE a.m DISABLE TRIGGER t1;",
);
const index = entry("m_v", "CREATE INDEX m_v ON a.m USING btree (v);", "INDEX");

it("switches a partition's trigger after the trigger was made, which pg_dump may write the other way round", () => {
  expect(switchesLast(head + part + index + whole)).toBe(head + index + whole + part);
  expect(switchesLast(head + index + whole)).toBe(head + index + whole);
});

it("takes a child's columns in any order for the same, since a restore makes those of the parent first", () => {
  const table = (columns: string, parent: string) => ({
    preData: head + entry("c", `CREATE TABLE a.c (\n    ${columns}\n)${parent};`, "TABLE"),
    postData: head + index,
  });
  const [before, after] = ["b integer,\n    a integer", "a integer,\n    b integer"] as const;
  const child = "\nINHERITS (a.p)";
  expect(isSameStructure(table(before, child), table(after, child), 18)).toBe(true);
  expect(isSameStructure(table(before, ""), table(after, ""), 18)).toBe(false);
  expect(isSameStructure(table("b integer", child), table("b bigint", child), 18)).toBe(false);
});
