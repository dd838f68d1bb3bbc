import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  contentOf,
  fillRich,
  native,
  nativeDump,
  nativeTools,
  newFolder,
  runSql,
} from "../../testing/backups";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { openConnection } from "../connection/connect";
import { runPgDump } from "../dump/bridge";
import { createBackup } from "./create";
import { wrappingKey } from "./crypt";
import { exportSql } from "./export-sql";
import { folderStore } from "./folder-store";
import { restoreInto } from "./restore/restore";
import { testRestore } from "./restore/test-restore";
import { dumpStructure, structureFingerprint, switchesLast } from "./structure";

const whole = { kind: "database" as const };
/** Warnings are the server's (wal_level and publications). */
const withoutErrors = expect.not.stringContaining("ERROR");

async function richDatabase(major: 14 | 15 | 18): Promise<TestDatabase> {
  const database = await testDatabase({ major });
  await fillRich(database.spec);
  return database;
}

async function newStore() {
  return folderStore(join(await newFolder(), "archive"));
}

describe.each([14, 15, 18] as const)("a rich database of PostgreSQL %i", (major) => {
  it("comes back the same: structure, rows, sequences, large objects, owners and grants", async () => {
    const database = await richDatabase(major);
    const store = await newStore();
    const manifest = await createBackup({ spec: database.spec, store, scope: whole });
    const as = `${database.name}_beside`;
    const totals = new Map<string, number>();
    const result = await restoreInto({
      ...{ store, spec: database.spec, mode: "beside", as },
      onProgress: ({ phase, bytesTotal }) => totals.set(phase, bytesTotal),
    });
    expect(manifest.largeObjects.bytes).toBeGreaterThan(0);
    expect(totals.get("large_objects")).toBe(manifest.largeObjects.bytes);
    const restored = { ...database.spec, database: as };
    try {
      expect(result.notes).toEqual([]);
      expect(result.checks).toMatchObject({
        ok: true,
        wrongCounts: [],
        invalid: [],
        fingerprint: { equal: true },
      });
      expect(await contentOf(restored)).toEqual(await contentOf(database.spec));
      const [before, after] = await Promise.all([
        dumpStructure(database.spec, major),
        dumpStructure(restored, major),
      ]);
      expect(after).toEqual(before);
      expect(structureFingerprint(before, major)).toBe(manifest.schemaFingerprint);
      if (nativeTools && nativeTools.major >= major) {
        expect(nativeDump(restored, ["--section=pre-data", "--section=post-data"])).toBe(
          nativeDump(database.spec, ["--section=pre-data", "--section=post-data"]),
        );
        expect(nativeDump(restored)).toBe(nativeDump(database.spec));
      }
    } finally {
      await runSql({ ...database.spec, database: "postgres" }, `DROP DATABASE ${as} WITH (FORCE)`);
      await database.drop();
    }
  }, 180_000);

  it("is restored in place in one transaction, whatever was added meanwhile", async () => {
    const database = await richDatabase(major);
    const store = await newStore();
    const manifest = await createBackup({ spec: database.spec, store, scope: whole });
    const before = {
      content: await contentOf(database.spec),
      structure: await dumpStructure(database.spec, major),
    };
    await runSql(
      database.spec,
      `CREATE SCHEMA later; CREATE TABLE later.t (id int); CREATE TYPE shop.mood AS ENUM ('good');
       CREATE FUNCTION shop.later() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE shop.odd CASCADE;
       UPDATE shop.orders SET total = 0; SELECT lo_unlink(770002)`,
    );
    const options = { store, spec: database.spec, mode: "in_place" as const };
    await expect(restoreInto(options)).rejects.toMatchObject({ code: "restore.no_fresh_backup" });
    const result = await restoreInto({ ...options, freshBackup: manifest });
    expect(result).toMatchObject({ checks: { ok: true }, keptAs: null, notes: [] });
    expect(await contentOf(database.spec)).toEqual(before.content);
    expect(await dumpStructure(database.spec, major)).toEqual(before.structure);
    await database.drop();
  }, 180_000);
});

it("from PostgreSQL 14 to 18, it equals what the native tools give", async () => {
  const database = await richDatabase(14);
  const store = await newStore();
  await createBackup({ spec: database.spec, store, scope: whole });
  const target = await testDatabase({ major: 18 });
  const result = await restoreInto({
    store,
    spec: target.spec,
    mode: "new_database",
    missingRoles: "create",
  });
  expect(result).toMatchObject({ checks: { ok: true, fingerprint: null }, keptAs: null });
  expect(await contentOf(target.spec)).toEqual(await contentOf(database.spec));
  if (nativeTools && nativeTools.major >= 14) {
    const theirs = await testDatabase({ major: 18 });
    const { code, err } = native(
      "psql",
      theirs.spec,
      ["-q", "-v", "ON_ERROR_STOP=1"],
      nativeDump(database.spec),
    );
    expect({ code, err }).toMatchObject({ code: 0, err: withoutErrors });
    expect(await dumpStructure(target.spec, 18)).toEqual(await dumpStructure(theirs.spec, 18));
    expect(await contentOf(target.spec)).toEqual(await contentOf(theirs.spec));
    await theirs.drop();
  } else console.log("pg_dump is not installed: not compared with the native tools");
  await Promise.all([database.drop(), target.drop()]);
}, 180_000);

it("a big table is copied in ranges of pages, and none of its rows is missing or doubled", async () => {
  const database = await testDatabase();
  await runSql(
    database.spec,
    `CREATE TABLE big (id int, filler text); ALTER TABLE big ALTER filler SET STORAGE EXTERNAL;
     INSERT INTO big SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 60000) i;
     DELETE FROM big WHERE id % 10 = 0; UPDATE big SET id = -id WHERE id % 9 = 0;
     ALTER TABLE big ADD COLUMN "Other, one" int NOT NULL GENERATED ALWAYS AS IDENTITY, ADD CONSTRAINT "big's key" PRIMARY KEY (id, "Other, one"),
       ADD UNIQUE ("Other, one") DEFERRABLE, ADD CONSTRAINT known UNIQUE ("Other, one");
     COMMENT ON CONSTRAINT "big's key" ON big IS 'made of its index'; CREATE INDEX ON big (id);
     CREATE VIEW grouped AS SELECT * FROM big GROUP BY id, "Other, one"`,
  );
  const store = await newStore();
  const manifest = await createBackup({ spec: database.spec, store, scope: whole });
  expect(manifest.tables[0]?.files.length).toBeGreaterThan(1);
  expect(manifest.tables[0]?.rows).toBe(54_000);
  const tested = await testRestore({ store, scratch: database.spec });
  expect(tested).toMatchObject({ ok: true, rows: 54_000, fingerprint: { equal: true } });
  await database.drop();
}, 180_000);

it("an encrypted one holds nothing readable, and is restored with its key", async () => {
  const database = await testDatabase();
  await runSql(
    database.spec,
    "CREATE TABLE secret_table (t text); INSERT INTO secret_table VALUES ('very secret')",
  );
  const store = await newStore();
  const key = wrappingKey(Buffer.alloc(32, 7));
  await createBackup({ spec: database.spec, store, scope: whole, codec: "none", key });
  for (const { name } of await store.list()) {
    if (name === "manifest.json") continue;
    const bytes = await readFile(join(store.location, name));
    expect(bytes.includes("secret")).toBe(false);
  }
  await expect(testRestore({ store, scratch: database.spec })).rejects.toMatchObject({
    code: "backup.no_key",
  });
  expect(await testRestore({ store, keys: [key], scratch: database.spec })).toMatchObject({
    ok: true,
    rows: 1,
  });
  await database.drop();
}, 180_000);

describe("by hand", () => {
  it.skipIf(!nativeTools)(
    "psql and a decompressor restore the folder, and the exported file",
    async () => {
      const database = await richDatabase(15);
      const store = await newStore();
      await createBackup({ spec: database.spec, store, scope: whole });
      const [folder, file] = [await testDatabase({ major: 15 }), await testDatabase({ major: 15 })];
      const byFolder = native("psql", folder.spec, ["-q", "-f", "restore.psql"], undefined, store.location);
      expect(byFolder).toMatchObject({ code: 0, err: withoutErrors });
      const parts: Uint8Array[] = [];
      await exportSql({ store, out: async (bytes) => void parts.push(bytes) });
      const text = Buffer.concat(parts).toString("utf8");
      const byFile = native("psql", file.spec, ["-q", "-v", "ON_ERROR_STOP=1"], text);
      expect(byFile).toMatchObject({ code: 0, err: withoutErrors });
      const content = await contentOf(database.spec);
      expect(await contentOf(folder.spec)).toEqual(content);
      expect(await contentOf(file.spec)).toEqual(content);
      const structure = await dumpStructure(database.spec, 15);
      expect(await dumpStructure(folder.spec, 15)).toEqual(structure);
      expect(await dumpStructure(file.spec, 15)).toEqual(structure);
      await Promise.all([database.drop(), folder.drop(), file.drop()]);
    },
    180_000,
  );
});

it.each([15, 18] as const)(
  "an exported file is what pg_dump writes, PostgreSQL %i",
  async (major) => {
    const database = await richDatabase(major);
    await runSql(
      database.spec,
      `CREATE TABLE shop."select" ("between" int, "Mixed" int, plain_1 int, "a$b" int, "int" int); CREATE TABLE shop.empty (id int);
     CREATE SEQUENCE shop."time"; CREATE SEQUENCE shop."it's ""odd"""; SELECT setval('shop."time"', 7);`,
    );
    const store = await newStore();
    await createBackup({ spec: database.spec, store, scope: whole });
    const parts: Uint8Array[] = [];
    await exportSql({ store, out: async (bytes) => void parts.push(bytes) });
    const text = Buffer.concat(parts).toString("utf8");
    const client = await openConnection(database.spec);
    const theirs = await runPgDump(
      client,
      ["--no-large-objects", "--no-subscriptions"],
      AbortSignal.timeout(60_000),
    );
    // Over its connection pg_dump writes INSERTs.
    const withoutRows = (dump: string) =>
      dump
        .replace(
          /^(-- Data for Name: .*; Type: TABLE DATA; .*\n--\n\n)[\s\S]*?(?=\n\n--\n-- (?:Data for )?Name: )/gm,
          "$1",
        )
        .replace(/^--\n-- Data for Name: BLOBS;[\s\S]*?\n\n\n(?=--\n)/m, "")
        .replace(/^\\(un)?restrict .*\n\n/gm, "")
        .replace(/^SET transaction_timeout = 0;\n/m, "")
        .trimEnd()
        .split("\n");
    const [ours, end] = text.split(/^(?=--\n-- PostgreSQL database dump complete\n--\n\n$)/m);
    expect(end).toBeDefined();
    const [dumped = ""] = theirs.split(/^--\n-- PostgreSQL database dump complete\n/m);
    expect(withoutRows(ours ?? "")).toEqual(withoutRows(switchesLast(dumped)));
    expect(text).toContain(
      'COPY shop."select" ("between", "Mixed", plain_1, "a$b", "int") FROM stdin;\n\\.\n',
    );
    expect(text).toContain("COPY shop.empty (id) FROM stdin;\n\\.\n");
    expect(text).toContain("COPY shop.nothing  FROM stdin;\n");
    await database.drop();
  },
  180_000,
);
