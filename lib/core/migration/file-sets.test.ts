import { describe, expect, it } from "vitest";
import { readMigrations } from "./layouts";

/** service/filename, its up and its down script, of each migration; then what is told about the files. */
function read(files: Record<string, string>) {
  const { migrations, problems } = readMigrations(
    Object.entries(files).map(([path, content]) => ({ path, content })),
  );
  return {
    migrations: migrations.map(({ service, filename, up, down }) => [`${service}/${filename}`, up, down]),
    problems: problems.map(({ code, path }) => `${code} ${path}`),
  };
}
const both = { migrations: [["default/1_a", "A", "B"]], problems: [] };

describe("down scripts that are told apart by more than their own name", () => {
  it.each([
    ["folders beside each other", { "up/1_a.sql": "A", "down/1_a.sql": "B" }],
    ["such folders, each file with its word", { "up/1_a.up.sql": "A", "down/1_a.down.sql": "B" }],
    ["a folder below", { "1_a.sql": "A", "rollback/1_a.sql": "B" }],
    ["another name in it", { "1_a.sql": "A", "rollbacks/1_undo_a.sql": "B" }],
    ["sqitch's folders", { "deploy/1_a.sql": "A", "revert/1_a.sql": "B", "verify/1_a.sql": "SELECT 1" }],
    ["a word at the end", { "1_a.sql": "A", "1_a_down.sql": "B" }],
    ["a word at the end of both", { "1_a_up.sql": "A", "1_a_down.sql": "B" }],
    ["a word after a dash", { "1_a.sql": "A", "1_a-rollback.sql": "B" }],
    ["a word after a point", { "1_a.sql": "A", "1_a.rollback.sql": "B" }],
    ["postgrator's words", { "1.do.a.sql": "A", "1.undo.a.sql": "B" }],
  ])("%s", (_, files) => {
    expect(read(files as unknown as Record<string, string>)).toEqual(both);
  });

  it("belong to the service above their folders", () => {
    const files = { "shop/up/1_a.sql": "A", "shop/down/1_a.sql": "B", "mail/migrations/1_a.sql": "C" };
    expect(read({ ...files, "mail/migrations/undo/1_a.sql": "D" }).migrations).toEqual([
      ["mail/1_a", "C", "D"],
      ["shop/1_a", "A", "B"],
    ]);
  });

  it("are refused where there is no up script for one of them", () => {
    expect(read({ "up/1_a.sql": "A", "down/1_a.sql": "B", "down/2_b.sql": "C" }).problems).toEqual([
      "down_without_up down/2_b.sql",
    ]);
    expect(read({ "1_a.undo.sql": "B" }).problems).toEqual(["down_without_up 1_a.undo.sql"]);
  });

  it("are not taken for such without an up script beside them: words are names, folders are services", () => {
    expect(read({ "1_scale_down.sql": "A", "revert/2_b.sql": "B", "up/3_c.sql": "C" })).toEqual({
      migrations: [
        ["default/1_scale_down", "A", null],
        ["revert/2_b", "B", null],
        ["up/3_c", "C", null],
      ],
      problems: [],
    });
    expect(read({ "verify/1_a.sql": "A", "deploy/1_a.sql": "B" }).migrations).toHaveLength(2);
  });
});

describe("scripts for several database systems", () => {
  it("are PostgreSQL's own, and the general ones where there is none", () => {
    expect(
      read({
        "1_a.mysql.up.sql": "X",
        "1_a.postgres.down.sql": "B",
        "1_a.postgres.up.sql": "A",
        "1_a.up.sql": "X",
        "2_b.up.sql": "C",
        "3_c.sqlite3.up.sql": "X",
      }),
    ).toEqual({
      migrations: [
        ["default/1_a", "A", "B"],
        ["default/2_b", "C", null],
      ],
      problems: ["other_system 1_a.mysql.up.sql"],
    });
  });

  it("are not seen in a name that only mentions another system", () => {
    expect(read({ "1_import.oracle.sql": "A", "2_b.sql": "B" }).migrations).toHaveLength(2);
  });
});

describe("what other tools would do with a script and nobody does here", () => {
  it("is told: Liquibase's conditions and parameters, goose's variables", () => {
    const text = [
      "--liquibase formatted sql",
      "--changeset ann:1 dbms:postgresql",
      "A;",
      '--changeset ann:2 context:"test and local" dbms:mysql',
      "--preconditions onFail:MARK_RAN",
      "--precondition-sql-check expectedResult:0 SELECT 1",
      "$".concat("{schema}.B;"),
    ].join("\n");
    const { problems } = readMigrations([
      { path: "1_a.sql", content: text },
      { path: "2_b.sql", content: "-- +goose Up\n-- +goose ENVSUB ON\n$".concat("{NAME};") },
    ]);
    const told = (at: number) => problems[at]?.message;
    expect(problems.map(({ code, line }) => `${code} ${line}`)).toEqual([
      "placeholder 7",
      "condition 4",
      "condition 4",
      "condition 6",
      "placeholder 3",
    ]);
    expect(told(0)).toContain("as Liquibase would do");
    expect(told(1)).toContain('ask for context:"test and local" before');
    expect(told(2)).toContain("ask for dbms:mysql before");
    expect(told(3)).toContain("ask for precondition-sql-check before");
    expect(told(4)).toContain("as goose would do");
  });

  it("leaves out a checkpoint of Atlas that repeats the migrations before it, and keeps one that is the first", () => {
    expect(read({ "1_a.sql": "A", "2_all.sql": "-- atlas:checkpoint\n\nA", "3_b.sql": "B" })).toEqual({
      migrations: [
        ["default/1_a", "A", null],
        ["default/3_b", "B", null],
      ],
      problems: ["checkpoint 2_all"],
    });
    expect(read({ "2_all.sql": "-- atlas:checkpoint\n\nA" }).migrations).toHaveLength(1);
  });
});
