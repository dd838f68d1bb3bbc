import { randomUUID } from "node:crypto";
import pg from "pg";
import { expect, it } from "vitest";
import { checksumOf } from "../../core/migration/checksum";
import type { MigrationSource } from "../../core/migration/types";
import { testDatabase } from "../../testing/postgres";
import { runMigrations } from "./runner";

function createTable(table: string): MigrationSource {
  const up = `CREATE TABLE ${table} (id int)`;
  const version = `2026010100000${table.length}`;
  const filename = `${version}_${table}`;
  return {
    service: "s",
    filename,
    version,
    name: table,
    kind: "versioned",
    up,
    down: null,
    checksum: checksumOf(up),
  };
}

it("a role called like the ledger's schema gets its tables in public", async () => {
  const { spec, url, name } = await testDatabase();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const password = randomUUID();
  await admin.query(`CREATE ROLE dbmigrator LOGIN PASSWORD '${password}'`);
  await admin.query(`ALTER DATABASE ${name} OWNER TO dbmigrator; GRANT ALL ON SCHEMA public TO dbmigrator`);
  const asRole = { ...spec, user: "dbmigrator", password };
  for (const table of ["a", "bb"]) {
    const steps = [{ migration: createTable(table), direction: "up" as const }];
    const outcome = await runMigrations({ spec: asRole, steps, appliedBy: "test" });
    expect(outcome.state).toBe("succeeded");
  }
  const found = await admin.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  await admin.end();
  expect(found.rows.map((row) => row.tablename)).toEqual(["a", "bb"]);
});
