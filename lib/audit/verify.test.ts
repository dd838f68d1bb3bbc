import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemActor } from "../access/actor";
import { db } from "../db/client";
import { setEnv } from "../env";
import { metadataDatabase, type TestDatabase } from "../testing/postgres";
import { flushHead } from "./chain-head";
import { writeCheckpoint } from "./checkpoint";
import { readCheckpointFiles } from "./checkpoint-file";
import { recordAudit } from "./record";
import { type Query, verifyChain } from "./verify";

let store: TestDatabase;
let superuser: pg.Client;
let query: Query;
let folder: string;

beforeAll(async () => {
  store = await metadataDatabase();
  folder = await mkdtemp(join(tmpdir(), "audit-"));
  setEnv({ DBMIGRATOR_DATA: folder });
  superuser = new pg.Client({ connectionString: store.url });
  await superuser.connect();
  query = async (sql, values) => (await superuser.query<Record<string, unknown>>(sql, values)).rows;
  await superuser.query(
    "CREATE TABLE kept AS TABLE audit_event; CREATE TABLE kept_checkpoint AS TABLE audit_checkpoint",
  );
});
afterAll(async () => {
  await superuser.end();
  await db().$disconnect();
  await rm(folder, { recursive: true });
  await store.drop();
});

/** What nobody else can do: the guard is taken off for one statement. */
async function tamper(sql: string, values: unknown[] = []): Promise<void> {
  for (const table of ["audit_event", "audit_checkpoint"])
    await superuser.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await superuser.query(sql, values);
  for (const table of ["audit_event", "audit_checkpoint"])
    await superuser.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${table}_append_only`);
}

async function write(label: string, details: Record<string, unknown> = {}): Promise<void> {
  const resource = { type: "thing", id: null, label };
  const scope = { projectId: null, resource };
  await db().$transaction((tx) =>
    recordAudit(tx, { actor: systemActor, operation: "thing.change", scope, outcome: "ok", details }),
  );
}

async function verify(after?: { seq: bigint; hash: Uint8Array }) {
  await flushHead();
  return verifyChain(query, { file: await readCheckpointFiles(), ...(after ? { after } : {}) });
}

const AWKWARD = {
  numbers: [1e21, -0, 0.1, 5e-324, 1.7976931348623157e308, 123456789012345680000, Number.NaN, 2 ** 53 + 2],
  text: "äöü \u0000 \ud800 \u2028 😀 é é \\u0041",
  when: new Date("2026-02-03T04:05:06.007Z"),
  big: 12345678901234567890n,
  nothing: undefined,
  10: "a",
  9: "b",
  nested: { ß: [], "": null, __proto__x: { z: 1, a: 2 } },
};

describe("the chain of events", () => {
  beforeAll(async () => {
    for (let n = 1; n <= 8; n += 1) await write(`thing ${n} \u0000\udc00`, n === 3 ? AWKWARD : { n });
    await writeCheckpoint(db(), { events: 1, minutes: 0 });
    for (let n = 9; n <= 12; n += 1) await write(`thing ${n}`);
    await superuser.query(
      "INSERT INTO kept TABLE audit_event; INSERT INTO kept_checkpoint TABLE audit_checkpoint",
    );
  });
  beforeEach(async () => {
    await tamper(
      "DELETE FROM audit_event; INSERT INTO audit_event TABLE kept; DELETE FROM audit_checkpoint; INSERT INTO audit_checkpoint TABLE kept_checkpoint",
    );
  });

  it("is in order as it was written, whatever the details hold", async () => {
    expect(await verify()).toMatchObject({
      ok: true,
      checked: 12,
      broken: null,
      checkpoints: { table: 1, file: 2 },
    });
  });

  it("reads the same through the application's own driver", async () => {
    const own: Query = (sql, values) =>
      db().$queryRawUnsafe(sql, ...values.map((v) => (typeof v === "string" ? BigInt(v) : v)));
    const result = await verifyChain(own, { file: await readCheckpointFiles() });
    expect(result).toMatchObject({ ok: true, checked: 12 });
  });

  it.each([
    ["a changed label", "UPDATE audit_event SET resource_label = 'other' WHERE seq = 5", 5n, "changed"],
    ["a changed actor", "UPDATE audit_event SET actor_label = 'somebody' WHERE seq = 1", 1n, "changed"],
    ["a changed time", "UPDATE audit_event SET at = at + interval '1 ms' WHERE seq = 6", 6n, "changed"],
    ["a changed detail", "UPDATE audit_event SET details = '{\"n\": 77}' WHERE seq = 7", 7n, "changed"],
    ["a removed row", "DELETE FROM audit_event WHERE seq = 5", 5n, "missing"],
    ["a removed beginning", "DELETE FROM audit_event WHERE seq <= 3", 1n, "missing"],
    [
      "two rows that changed places",
      "UPDATE audit_event SET seq = CASE seq WHEN 5 THEN 1006 ELSE 1005 END WHERE seq IN (5, 6); UPDATE audit_event SET seq = seq - 1000 WHERE seq > 1000",
      5n,
      "reordered",
    ],
    ["a tail cut off behind the last checkpoint", "DELETE FROM audit_event WHERE seq > 10", 11n, "missing"],
    [
      "a tail cut off together with its checkpoint in the table",
      "DELETE FROM audit_event WHERE seq > 4; DELETE FROM audit_checkpoint",
      5n,
      "missing",
    ],
    ["everything cut off", "DELETE FROM audit_event; DELETE FROM audit_checkpoint", 1n, "missing"],
    [
      "a checkpoint made by hand",
      "INSERT INTO audit_checkpoint VALUES (10, '\\x00', now(), '\\x00')",
      10n,
      "forged_checkpoint",
    ],
  ])("names the first wrong row: %s", async (_, sql, seq, kind) => {
    await tamper(sql);
    expect((await verify()).broken).toMatchObject({ seq, kind });
  });

  it("notices a chain that was written anew from a row on, hashes and all", async () => {
    await tamper("UPDATE audit_event SET resource_label = 'other' WHERE seq = 5");
    const { hashEvent } = await import("./canonical");
    const rows = await db().auditEvent.findMany({ orderBy: { seq: "asc" } });
    let previous = new Uint8Array(rows[3]?.hash ?? []);
    for (const row of rows.slice(4)) {
      const { hash: _h, previousHash: _p, ...event } = row;
      const hash = hashEvent(previous, event);
      await tamper("UPDATE audit_event SET previous_hash = $1, hash = $2 WHERE seq = $3", [
        Buffer.from(previous),
        Buffer.from(hash),
        row.seq.toString(),
      ]);
      previous = hash;
    }
    expect((await verify()).broken).toMatchObject({ kind: "rewritten" });
  });

  it("names the row that was replaced together with its own hash", async () => {
    const { hashEvent } = await import("./canonical");
    const row = await db().auditEvent.findUniqueOrThrow({ where: { seq: 10 } });
    const { hash: _h, previousHash, ...event } = row;
    const hash = hashEvent(previousHash, { ...event, resourceLabel: "other" });
    await tamper("UPDATE audit_event SET resource_label = 'other', hash = $1 WHERE seq = 10", [
      Buffer.from(hash),
    ]);
    expect((await verify()).broken).toMatchObject({ seq: 10n, kind: "changed" });
  });

  it("goes on from the row that was in order before, and notices when that row is another one", async () => {
    const seven = await db().auditEvent.findUniqueOrThrow({ where: { seq: 7 } });
    expect(await verify(seven)).toMatchObject({ ok: true, checked: 5, from: 7n });
    await tamper("DELETE FROM audit_event WHERE seq = 7");
    expect((await verify(seven)).broken).toMatchObject({ seq: 7n, kind: "missing" });
  });

  describe("that went on after it was tampered with", () => {
    beforeEach(async () => {
      await flushHead();
      for (const name of ["audit-checkpoints.jsonl", "audit-head.json"])
        await rm(join(folder, name), { force: true });
      Reflect.deleteProperty(globalThis, "dbmigratorAuditHead");
      await write("thing 13");
      await flushHead();
    });

    it("has its end outside of the store, whoever recorded it; what was rolled back was never its end", async () => {
      const undone = db().$transaction(async (tx) => {
        const scope = { projectId: null, resource: { type: "thing", id: null, label: "undone" } };
        const event = { actor: systemActor, operation: "thing.change", scope, details: {} };
        await recordAudit(tx, { ...event, outcome: "ok" });
        throw new Error("undone");
      });
      await expect(undone).rejects.toThrow("undone");
      await write("thing 14");
      await flushHead();
      expect(await readCheckpointFiles()).toMatchObject({ checkpoints: [{ seq: 14n }] });
      expect(await verify()).toMatchObject({ ok: true });
    });

    it("shows a last row that was rewritten, though every link fits", async () => {
      const { hashEvent } = await import("./canonical");
      const row = await db().auditEvent.findUniqueOrThrow({ where: { seq: 13 } });
      const { hash: _h, previousHash, ...event } = row;
      const hash = Buffer.from(hashEvent(previousHash, { ...event, resourceLabel: "other" }));
      await tamper("UPDATE audit_event SET resource_label = 'other', hash = $1 WHERE seq = 13", [hash]);
      await write("thing 14");
      expect((await verify()).broken).toMatchObject({ seq: 9n, kind: "rewritten" });
    });

    it("shows a tail that was cut off, though it is longer by now than it was", async () => {
      await tamper("DELETE FROM audit_event WHERE seq > 11");
      for (let n = 12; n <= 16; n += 1) await write(`thing ${n}`);
      expect((await verify()).broken).toMatchObject({ seq: 9n, kind: "rewritten" });
    });
  });
});

describe("the guard in the database", () => {
  it.each([
    "UPDATE audit_event SET operation = 'x' WHERE false",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "DELETE FROM audit_checkpoint",
  ])("refuses %s, also for its owner and in replica mode", async (sql) => {
    await expect(superuser.query(sql)).rejects.toMatchObject({ code: "23001" });
    await superuser.query("SET session_replication_role = replica");
    await expect(superuser.query(sql)).rejects.toMatchObject({ code: "23001" });
    await superuser.query("RESET session_replication_role");
  });
});
