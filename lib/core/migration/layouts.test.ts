import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumOf } from "./checksum";
import { readMigrations, writeMigrations } from "./layouts";
import { compareMigrations } from "./version";

function read(files: Record<string, string>, service?: string) {
  const list = Object.entries(files).map(([path, content]) => ({ path, content }));
  return readMigrations(list, service === undefined ? {} : { service });
}
const names = (files: Record<string, string>) => read(files).migrations.map((one) => one.filename);

describe("layouts", () => {
  it("reads pairs of up and down files", () => {
    const { migrations, problems } = read({
      "20260101000000_a.up.sql": "UP",
      "20260101000000_a.down.sql": "DOWN",
    });
    expect(problems).toEqual([]);
    expect(migrations).toEqual([
      {
        ...{ service: "default", filename: "20260101000000_a", version: "20260101000000", name: "a" },
        ...{ kind: "versioned", up: "UP", down: "DOWN", checksum: checksumOf("UP") },
      },
    ]);
  });

  it("reads diesel's and Prisma's folders, whatever their names hold", () => {
    const { migrations, problems } = read({
      "2023-01-02-030405_make/up.sql": "A",
      "2023-01-02-030405_make/down.sql": "B",
      "20240126184148_new_models copy/migration.sql": "C",
      "20250517173700_x.sql/migration.sql": "D",
      "migration_lock.toml": "provider",
      "README.md": "words",
    });
    expect(problems).toEqual([]);
    expect(migrations.map(({ filename, version, down }) => [filename, version, down])).toEqual([
      ["2023-01-02-030405_make", "20230102030405", "B"],
      ["20240126184148_new_models copy", "20240126184148", null],
      ["20250517173700_x.sql", "20250517173700", null],
    ]);
  });

  it("splits one file at the markers of other tools, and keeps its line numbers", () => {
    const text = "-- words\n-- migrate:up transaction:false\nUP;\n-- migrate:down\nDOWN;\n";
    const [migration] = read({ "20260101000000_a.sql": text }).migrations;
    expect(migration).toMatchObject({
      up: "-- words\n-- migrate:up transaction:false\nUP;\n",
      down: "-- migrate:down\nDOWN;\n",
    });
    expect(read({ "1_a.sql": "-- +goose Up\nA;\n-- +goose Down\nB;" }).migrations[0]).toMatchObject({
      down: "-- +goose Down\nB;",
    });
    expect(read({ "1_a.sql": "-- Up Migration\nA;\n-- Down Migration\n" }).migrations[0]).toMatchObject({
      down: null,
    });
  });

  it("tells a placeholder that Flyway would fill in, and leaves other tools' scripts alone", () => {
    const filled = "INSERT INTO t VALUES ('$".concat("{env}');");
    expect(read({ "V1__a.sql": `A;\n${filled}` }).problems).toMatchObject([
      { level: "warning", code: "placeholder", path: "V1__a.sql", line: 2 },
    ]);
    expect(read({ "1_a.sql": filled }).problems).toEqual([]);
  });

  it.each([
    ["tern", "A;\n---- create above / drop below ----\nB;"],
    ["MyBatis", "-- // make a\nA;\n\n-- //@UNDO\nB;"],
    ["Play", "-- !Ups\nA;\n-- !Downs\nB;"],
    ["shmig", "-- ====  UP  ====\nA;\n-- ==== DOWN ====\nB;"],
    ["rambler", "-- rambler up\nA;\n-- rambler down\nB;"],
    ["micrate", "-- +micrate Up\nA;\n-- +micrate Down\nB;"],
  ])("never runs the down script of %s with its up script", (_, content) => {
    const [migration] = read({ "1_a.sql": content }).migrations;
    expect(migration?.up).toMatch(/A;\n+$/);
    expect(migration?.down).toMatch(/^--.*\nB;$/);
  });

  it("takes a single word of a comment for no marker", () => {
    for (const up of ["A;\n-- down\nB;", "-- up\nA;", "A;\n-- up\nB;\n-- down\nC;"])
      expect(read({ "1_a.sql": up }).migrations).toMatchObject([{ up, down: null }]);
  });

  it("takes the folder that can be a service's name for it, not one that says what lies in it or from when", () => {
    const services = (paths: string[]) =>
      read(Object.fromEntries(paths.map((path) => [path, "A"]))).migrations.map((one) => one.service);
    expect(
      services([
        "billing/1_a.sql",
        "mail/migrations/1_a.sql",
        "orders/prisma/migrations/20240101_a/migration.sql",
        "shop/db/migrate/2024/1_a.sql",
        "users/sql/v1.2/1_a.sql",
      ]),
    ).toEqual(["billing", "mail", "orders", "shop", "sql"]);
    expect(
      services(["prisma/migrations/20240101_a/migration.sql", "2024/1_b.sql", "src/db/migration/V2__c.sql"]),
    ).toEqual(["default", "default", "src"]);
  });

  it("refuses markers that would run the wrong half", () => {
    expect(read({ "1_a.sql": "DROP TABLE t;\n-- migrate:up\nA" }).problems).toMatchObject([
      { level: "error", code: "marker" },
    ]);
    expect(read({ "1_a.sql": "-- migrate:down\nA\n-- migrate:up\nB" }).problems).toMatchObject([
      { level: "error" },
    ]);
    expect(read({ "1_a.sql": "-- migrate:down\nA" }).problems).toMatchObject([{ level: "error" }]);
  });

  it("reads Flyway's names, its undo files and its sidecar", () => {
    const { migrations } = read({
      "V2__second.sql": "B",
      "V1_10__late.sql": "C",
      "V1__first.sql": "A",
      "U1__undo first.sql": "UNDO",
      "R__views.sql": "V",
      "V2__second.sql.conf": "executeInTransaction=false",
    });
    expect(migrations.map(({ filename, version, kind, down }) => [filename, version, kind, down])).toEqual([
      ["V1__first", "1", "versioned", "UNDO"],
      ["V1_10__late", "1.10", "versioned", null],
      ["V2__second", "2", "versioned", null],
      ["R__views", "", "repeatable", null],
    ]);
    expect(migrations[2]?.up).toBe("/* dbmigrator: transaction=none */ B");
  });

  it("takes sub-folders as services, unless one is named", () => {
    const files = {
      "users/1_a.up.sql": "A",
      "billing/1_a.up.sql": "B",
      "shop/20260101_x/migration.sql": "C",
    };
    expect(read(files).migrations.map((one) => one.service)).toEqual(["billing", "shop", "users"]);
    expect(read({ "users/1_a.up.sql": "A" }, "orders").migrations[0]?.service).toBe("orders");
  });

  it("tells apart migrations that repeat a timestamp, in the order of their names", () => {
    expect(names({ "20260101000000_b.sql": "", "20260101000000_a.sql": "" })).toEqual([
      "20260101000000_a",
      "20260101000000_b",
    ]);
  });

  it("orders numbers as numbers, and dates as they are listed", () => {
    expect(names({ "10_c.sql": "", "9_b.sql": "", "002_a.sql": "" })).toEqual(["002_a", "9_b", "10_c"]);
    expect(names({ "20250625_x.sql": "", "20250625120000_y.sql": "" })).toEqual([
      "20250625120000_y",
      "20250625_x",
    ]);
  });

  it("names every file that is not understood or not complete", () => {
    expect(read({ "seed.sql": "A" }).problems).toMatchObject([
      { level: "warning", code: "unknown_file", path: "seed.sql" },
    ]);
    expect(read({ "1_a.down.sql": "A" }).problems).toMatchObject([
      { level: "error", code: "down_without_up" },
    ]);
    expect(read({ "1_a.up.sql": "A", "1_a/up.sql": "B" }).problems).toMatchObject([
      { level: "error", code: "duplicate" },
    ]);
    expect(read({ "1_a.sql": "-- dbmigrator: nonsense\n" }).problems).toMatchObject([
      { level: "error", code: "directive", line: 1 },
    ]);
  });

  it("writes what it reads back", () => {
    const text = fc.string().filter((one) => !/migrate:|goose|migration|dbmigrator|\r/i.test(one));
    const one = fc.record({
      n: fc.integer({ min: 0, max: 99999 }),
      up: text,
      down: fc.option(text.map((rest) => `X${rest}`)),
      service: fc.constantFrom("a", "b"),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (item) => item.n, minLength: 1 }), (items) => {
        const migrations = items
          .map(({ n, up, down, service }) => ({
            ...{ service, filename: `${n}_x`, version: String(n), name: "x", kind: "versioned" as const },
            ...{
              up: up.replace(/^\uFEFF/, ""),
              down: down?.replace(/^\uFEFF/, "") ?? null,
              checksum: checksumOf(up),
            },
          }))
          .sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : compareMigrations(a, b)));
        const single = new Set(migrations.map((migration) => migration.service)).size === 1;
        const { migrations: read, problems } = readMigrations(
          writeMigrations(migrations),
          single ? { service: migrations[0]?.service ?? "" } : {},
        );
        expect({ migrations: read, problems }).toEqual({ migrations, problems: [] });
      }),
    );
  });
});

describe("checksumOf", () => {
  it("is the SHA-256 of the file, whatever the editor did to its line ends", () => {
    expect(checksumOf("SELECT 1;\n")).toBe(
      "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd",
    );
    expect(checksumOf("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(checksumOf("\uFEFFSELECT 1;\r\n")).toBe(checksumOf("SELECT 1;\n"));
    expect(checksumOf("SELECT 1; \n")).not.toBe(checksumOf("SELECT 1;\n"));
  });
});
