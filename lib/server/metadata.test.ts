import pg from "pg";
import { expect, it } from "vitest";
import { metadataDatabase, testDatabase } from "../testing/postgres";
import { migrateMetadata } from "./metadata";

async function rows(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it("applies every metadata migration once, also when several processes start together", async () => {
  const { url } = await testDatabase();
  const applied = await Promise.all([migrateMetadata(url), migrateMetadata(url), migrateMetadata(url)]);
  const recorded = await rows(url, "SELECT filename FROM dbmigrator.migrations_log WHERE status = 'applied'");
  expect(applied.flat()).toEqual(expect.arrayContaining(recorded.map((row) => row.filename)));
  expect(new Set(recorded.map((row) => row.filename)).size).toBe(recorded.length);
  expect(await migrateMetadata(url)).toEqual([]);
});

it("refuses a store that a newer version has migrated", async () => {
  const { url } = await metadataDatabase();
  await rows(
    url,
    `INSERT INTO dbmigrator.migrations_log
       (service, filename, version, name, kind, direction, script_content, checksum, status, applied_by)
     SELECT service, '29991231000000_later', '29991231000000', 'later', kind, direction, script_content, checksum,
       status, applied_by
     FROM dbmigrator.migrations_log LIMIT 1`,
  );
  await expect(migrateMetadata(url)).rejects.toMatchObject({ code: "store.not_ours" });
});

it("tells in one line why a store cannot be reached", async () => {
  const { url } = await testDatabase();
  const wrong = new URL(url);
  wrong.password = "wrong";
  await expect(migrateMetadata(wrong.href)).rejects.toMatchObject({ code: "target.password_refused" });
  wrong.port = "1";
  await expect(migrateMetadata(wrong.href)).rejects.toMatchObject({ code: "target.away" });
  await expect(migrateMetadata("not an address")).rejects.toMatchObject({ kind: "validation" });
});
