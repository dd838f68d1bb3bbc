import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { migrateKeeping, revertKeeping, undoDatabase } from "../../testing/undo";
import { closeConnection, openConnection } from "../connection/connect";

const ROWS = 300;
const WRITERS = 3;

describe.each([14, 18] as const)("a revert while others write, on PostgreSQL %i", (major) => {
  const opened = undoDatabase(major);
  let database: ReturnType<typeof opened>;
  beforeAll(() => {
    database = opened();
  });

  it("loses nothing that they committed before, during or after it, and brings the rest back", async () => {
    const { client, all } = database;
    for (const table of ["changed", "deleted", "narrowed"])
      await client.query(
        `CREATE TABLE ${table} (id int PRIMARY KEY, a int, b int); INSERT INTO ${table} SELECT i, i, i FROM generate_series(1, ${ROWS}) i`,
      );
    await migrateKeeping(
      client,
      "UPDATE changed SET a = 0; DELETE FROM deleted; ALTER TABLE narrowed DROP COLUMN a",
    );
    // Each row has one writer, so that the last value of each is known.
    const written = { changed: new Map<number, number>(), deleted: new Map<number, number>() };
    const beside = new Map<number, number>();
    let next = 1_000_000;
    let going = true;
    const write = async (writer: number) => {
      const session = await openConnection(database.spec);
      try {
        while (going) {
          const id = WRITERS * Math.floor(Math.random() * (ROWS / WRITERS)) + writer + 1;
          const value = next++;
          await session.query("UPDATE changed SET a = $2 WHERE id = $1", [id, value]);
          written.changed.set(id, value);
          await session.query(
            "INSERT INTO deleted VALUES ($1, $2, $2) ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b",
            [id, value],
          );
          written.deleted.set(id, value);
          await session.query("UPDATE narrowed SET b = $2 WHERE id = $1", [id, value]);
          beside.set(id, value);
          await sleep(5);
        }
      } finally {
        await closeConnection(session);
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
    const before = () => Math.min(written.changed.size, written.deleted.size, beside.size);
    while (before() < 20) await sleep(5);
    const told = await revertKeeping(client, "ALTER TABLE narrowed ADD COLUMN a int").finally(async () => {
      await sleep(100);
      going = false;
      await Promise.all(writers);
    });
    const expected = (map: Map<number, number>) =>
      Array.from({ length: ROWS }, (_, i) => [i + 1, map.get(i + 1) ?? i + 1]);
    expect(await all("SELECT id, a FROM changed ORDER BY id")).toEqual(expected(written.changed));
    expect(await all("SELECT id, a FROM deleted ORDER BY id")).toEqual(expected(written.deleted));
    expect(await all("SELECT id, b FROM narrowed ORDER BY id")).toEqual(expected(beside));
    expect(await all("SELECT id, a FROM narrowed ORDER BY id")).toEqual(expected(new Map()));
    for (const { restored, newer, gone } of told) expect(restored + newer + gone).toBe(ROWS);
    expect(told.some(({ newer }) => newer > 0)).toBe(true);
  });
});
