import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { projectRoot } from "./root";

/** Brings the metadata schema of the store at `url` up to date. @returns names of the migrations applied now */
export async function migrateMetadata(url: string): Promise<string[]> {
  const folder = join(projectRoot(), "prisma", "migrations");
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(7126010)");
    await client.query("CREATE TABLE IF NOT EXISTS metadata_migration (name text PRIMARY KEY)");
    const done = await client.query<{ name: string }>("SELECT name FROM metadata_migration");
    const known = new Set(done.rows.map((row) => row.name));
    const pending = names
      .map((entry) => entry.name)
      .sort()
      .filter((name) => !known.has(name));
    for (const name of pending) {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      await client.query("BEGIN");
      await client.query(sql);
      await client.query("INSERT INTO metadata_migration VALUES ($1)", [name]);
      await client.query("COMMIT");
    }
    return pending;
  } finally {
    await client.end();
  }
}
