import { expect, test } from "vitest";
import { runSql } from "../../../testing/backups";
import { testDatabase } from "../../../testing/postgres";
import { restoreEntries } from "../dump-entries";
import { dumpStructure } from "../structure";
import { keyByIndex } from "./key-by-index";

test("a key of columns is made of its index, and any other in one statement", async () => {
  const database = await testDatabase();
  await runSql(
    database.spec,
    `CREATE TABLE "Odd (t)" ("a, b" int, c int, d int, CONSTRAINT "k;" PRIMARY KEY ("a, b", c), CONSTRAINT plain UNIQUE (c),
       CONSTRAINT later UNIQUE (d) DEFERRABLE, CONSTRAINT more UNIQUE (c) INCLUDE (d), CONSTRAINT roomy UNIQUE (d) WITH (fillfactor = 70),
       CONSTRAINT one_null UNIQUE NULLS NOT DISTINCT (d));
     CREATE TABLE clustered (id int PRIMARY KEY); ALTER TABLE clustered CLUSTER ON clustered_pkey`,
  );
  const { postData } = await dumpStructure(database.spec, 18);
  const options = { major: 18, owners: "none", tablespaces: new Set<string>(), lz4: true } as const;
  const keys = restoreEntries(postData, options).entries.filter(({ type }) => type === "CONSTRAINT");
  const made = keys.map((entry) => [entry.name, keyByIndex(entry)?.constraint.sql ?? null]);
  const known = Object.fromEntries(made.map(([name, sql]) => [String(name).split(" ").at(-1), sql]));
  expect(known).toEqual({
    "k;": 'ALTER TABLE ONLY public."Odd (t)" ADD CONSTRAINT "k;" PRIMARY KEY USING INDEX "k;";\n',
    plain: 'ALTER TABLE ONLY public."Odd (t)" ADD CONSTRAINT plain UNIQUE USING INDEX plain;\n',
    ...{ later: null, more: null, roomy: null, one_null: null, clustered_pkey: null },
  });
  await database.drop();
});
