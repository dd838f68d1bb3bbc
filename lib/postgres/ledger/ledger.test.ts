import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MigrationBench, migrationBench } from "../../testing/migrations";
import {
  acceptChecksums,
  ensureLedger,
  readLedger,
  readLedgerHistory,
  readLedgerScripts,
  readManagedBy,
  recordBaseline,
  recordFingerprint,
  requireUnmanaged,
  setManagedBy,
} from "./ledger";

let bench: MigrationBench;
beforeAll(async () => {
  bench = await migrationBench();
});
afterAll(() => bench.close());

const by = { appliedBy: "me", runId: "r1" };

describe("the ledger", () => {
  it("is empty and not made by reading it", async () => {
    expect(await readLedger(bench.client)).toEqual([]);
    expect(await readManagedBy(bench.client)).toBeNull();
    expect(await bench.value("SELECT to_regnamespace('dbmigrator')")).toBeNull();
  });

  it("is made once by many at the same time", async () => {
    const clients = Array.from({ length: 6 }, () => new pg.Client({ connectionString: bench.database.url }));
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map((client) => ensureLedger(client)));
    await Promise.all(clients.map((client) => client.end()));
    expect(await bench.value("SELECT count(*)::int FROM dbmigrator.ledger")).toBe(1);
  });

  it("only grows: rows cannot be changed, removed or emptied away", async () => {
    await bench.up("grow", { "1_a.sql": "SELECT 1" });
    for (const sql of [
      "UPDATE dbmigrator.migrations_log SET checksum = 'x'",
      "UPDATE dbmigrator.migrations_log SET status = 'failed'",
      "UPDATE dbmigrator.migrations_log SET is_current = false, applied_by = 'x'",
      "DELETE FROM dbmigrator.migrations_log",
      "TRUNCATE dbmigrator.migrations_log",
    ]) {
      await expect(bench.client.query(sql)).rejects.toThrow("only grows");
    }
  });

  it("has one current row of a migration at most, whoever writes", async () => {
    const again =
      "INSERT INTO dbmigrator.migrations_log (service, filename, version, name, kind, direction, script_content, checksum, status, applied_by) SELECT service, filename, version, name, kind, direction, script_content, checksum, status, applied_by FROM dbmigrator.migrations_log WHERE service = 'grow'";
    await expect(bench.client.query(again)).rejects.toThrow("migrations_log_current");
  });

  it("keeps the script, the way back and every earlier row", async () => {
    const quoted = { "1_a.up.sql": "SELECT 'it''s \\ é';", "1_a.down.sql": "SELECT 2" };
    await bench.up("keep", quoted);
    await bench.down("keep", quoted);
    await bench.up("keep", quoted);
    expect(await readLedgerScripts(bench.client, "keep")).toEqual(bench.sources("keep", quoted));
    const history = await readLedgerHistory(bench.client, { service: "keep" });
    expect(history.map((row) => [row.status, row.direction])).toEqual([
      ["applied", "up"],
      ["reverted", "down"],
      ["applied", "up"],
    ]);
  });

  it("records a baseline once, without running it", async () => {
    const migrations = bench.sources("base", {
      "1_a.sql": "CREATE TABLE base_a (id int)",
      "2_b.sql": "SELECT 1",
    });
    expect(await recordBaseline(bench.client, migrations, by)).toEqual(["1_a", "2_b"]);
    expect(await recordBaseline(bench.client, migrations, by)).toEqual([]);
    expect(await bench.value("SELECT to_regclass('base_a')")).toBeNull();
    expect(
      (await bench.up("base", { "1_a.sql": "CREATE TABLE base_a (id int)", "2_b.sql": "SELECT 1" }))
        .migrations,
    ).toEqual([]);
  });

  it("accepts changed scripts as new rows", async () => {
    await bench.up("accept", { "1_a.sql": "SELECT 1" });
    const changed = bench.sources("accept", { "1_a.sql": "SELECT 1 -- words" });
    expect(await acceptChecksums(bench.client, changed, by)).toEqual(["1_a"]);
    expect((await readLedger(bench.client, "accept"))[0]?.checksum).toBe(changed[0]?.checksum);
    expect(await readLedgerHistory(bench.client, { service: "accept" })).toHaveLength(2);
  });

  it("takes the schema's fingerprint once", async () => {
    const { runId } = await bench.up("print", { "1_a.sql": "SELECT 1" });
    await recordFingerprint(bench.client, runId, "abc");
    await recordFingerprint(bench.client, runId, "other");
    expect((await readLedger(bench.client, "print"))[0]?.schemaFingerprint).toBe("abc");
  });

  it("says which instance manages the target", async () => {
    await requireUnmanaged(bench.client);
    await setManagedBy(bench.client, "https://db.example.org");
    await expect(requireUnmanaged(bench.client)).rejects.toMatchObject({
      code: "ledger.managed",
      details: { instance: "https://db.example.org" },
    });
    await setManagedBy(bench.client, null);
    await requireUnmanaged(bench.client);
  });

  it("names the missing right", async () => {
    await bench.client.query("CREATE ROLE no_rights LOGIN PASSWORD 'x'");
    const client = new pg.Client({ ...bench.database.spec, user: "no_rights", password: "x", ssl: false });
    await client.connect();
    await expect(readLedger(client)).rejects.toMatchObject({ code: "target.no_rights" });
    await expect(ensureLedger(client)).rejects.toMatchObject({ code: "target.no_rights" });
    await client.end();
    await bench.client.query("DROP ROLE no_rights");
  });

  it("of a newer version is left alone", async () => {
    await bench.client.query("UPDATE dbmigrator.ledger SET version = 99");
    await expect(ensureLedger(bench.client)).rejects.toMatchObject({ code: "ledger.too_new" });
    await bench.client.query("UPDATE dbmigrator.ledger SET version = 1");
  });
});
