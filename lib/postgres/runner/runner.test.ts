import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigrations } from "../../core/migration/layouts";
import { planDown, planUp } from "../../core/plan/plan";
import type { RunEvent } from "../../core/run/types";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { readLedger } from "../ledger/ledger";
import { runMigrations } from "./runner";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Migrations of a service of their own, so that the tests share a database. */
function source(service: string, scripts: Record<string, string>) {
  const files = Object.entries(scripts).map(([path, content]) => ({ path, content }));
  return readMigrations(files, { service }).migrations;
}

async function up(
  service: string,
  scripts: Record<string, string>,
  options: Partial<Parameters<typeof runMigrations>[0]> = {},
) {
  const migrations = source(service, scripts);
  const plan = planUp(migrations, await readLedger(client));
  return runMigrations({ spec: database.spec, steps: plan.steps, appliedBy: "test", ...options });
}

async function down(service: string, scripts: Record<string, string>) {
  const plan = planDown(source(service, scripts), await readLedger(client), { service });
  return runMigrations({ spec: database.spec, steps: plan.steps, appliedBy: "test" });
}

async function value(sql: string): Promise<unknown> {
  const found = await client.query({ text: sql, rowMode: "array" });
  return found.rows[0]?.[0];
}

describe("a migration in one transaction", () => {
  it("takes effect together with its row", async () => {
    const outcome = await up("one", {
      "1_a.up.sql": "CREATE TABLE one_a (id int); INSERT INTO one_a VALUES (1), (2);",
    });
    expect(outcome.state).toBe("succeeded");
    expect(await value("SELECT count(*)::int FROM one_a")).toBe(2);
    const [row] = await readLedger(client, "one");
    expect(row).toMatchObject({
      filename: "1_a",
      status: "applied",
      appliedBy: "test",
      runId: outcome.runId,
    });
    expect(row?.executionMs).toBeGreaterThan(0);
  });

  it("tells no password, whatever the script makes the server say", async () => {
    const events: RunEvent[] = [];
    const scripts = {
      "1_a.up.sql": "DO $$ BEGIN RAISE NOTICE 'ALTER ROLE x PASSWORD ''hidden-1'' done'; END $$;",
      "2_b.up.sql":
        "DO $$ BEGIN RAISE 'at postgres://bob:hidden-2@db/x' USING DETAIL = 'password=hidden-3'; END $$;",
    };
    const outcome = await up("quiet", scripts, { onEvent: (event) => events.push(event) });
    expect(outcome.failure?.message).toContain("postgres://bob:");
    expect(events).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/^ALTER ROLE x/) }),
    );
    const rows = (await readLedger(client, "quiet")).map((row) => row.errorMessage);
    expect(JSON.stringify([events, outcome, rows])).not.toMatch(/hidden-/);
  });

  it("leaves nothing behind when it fails, and says at which statement, line and column", async () => {
    const script = "CREATE TABLE gone (id int);\n\nINSERT INTO gone\n  SELECT 'ü€𝄞', nowhere;\n";
    const outcome = await up("fails", { "1_a.up.sql": script });
    expect(outcome.state).toBe("failed");
    expect(outcome.failure).toMatchObject({
      sqlState: "42703",
      statement: 2,
      line: 4,
      column: 18,
      migration: "1_a",
    });
    expect(await value("SELECT to_regclass('gone')")).toBeNull();
    expect(await readLedger(client, "fails")).toMatchObject([{ status: "failed", steps: null }]);
  });

  it("tells each statement when somebody listens", async () => {
    const events: RunEvent[] = [];
    await up(
      "events",
      { "1_a.up.sql": "CREATE TABLE ev (id int);\nINSERT INTO ev VALUES (1), (2), (3);" },
      { onEvent: (event) => events.push(event) },
    );
    expect(events.map((event) => event.type)).toEqual([
      ...[
        "lock.acquired",
        "migration.start",
        "statement.start",
        "statement.done",
        "statement.start",
        "statement.done",
      ],
      "migration.recorded",
    ]);
    expect(events.filter((event) => event.type === "statement.done").at(-1)).toMatchObject({
      statement: 2,
      rows: 3,
    });
  });

  it("loads the rows of COPY … FROM stdin", async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `${index}\tü ${index}`).join("\n");
    const outcome = await up("copy", {
      "1_a.up.sql": `CREATE TABLE cp (id int, t text);\nCOPY cp FROM stdin;\n${rows}\n\\.\nINSERT INTO cp VALUES (-1, 'x');`,
    });
    expect(outcome.state).toBe("succeeded");
    expect(await value("SELECT count(*)::int FROM cp")).toBe(20_001);
  });

  it("is reverted by its down script", async () => {
    const scripts = { "1_a.up.sql": "CREATE TABLE rv (id int)", "1_a.down.sql": "DROP TABLE rv -- end" };
    await up("revert", scripts);
    const outcome = await down("revert", scripts);
    expect(outcome).toMatchObject({ state: "succeeded", migrations: [{ outcome: "reverted" }] });
    expect(await value("SELECT to_regclass('rv')")).toBeNull();
    expect(await readLedger(client, "revert")).toMatchObject([{ status: "reverted", direction: "down" }]);
    expect((await up("revert", scripts)).state).toBe("succeeded");
  });
});
