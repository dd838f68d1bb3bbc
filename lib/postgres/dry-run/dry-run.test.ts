import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf } from "../../core/migration/checksum";
import type { MigrationSource } from "../../core/migration/types";
import type { DryRun } from "../../core/run/types";
import { parseScriptAsync } from "../../core/sql/parse-script";
import { type TestDatabase, testDatabase, testServer } from "../../testing/postgres";
import { RICH_SCHEMA } from "../../testing/rich-schema";
import { dumpSchema, fingerprintTarget } from "../dump/dump";
import { hashStatement } from "../runner/scripts";
import { type DryRunProgress, dryRun } from "./dry-run";

let database: TestDatabase;
let client: pg.Client;
let scratch: string[] = [];

function migration(up: string, down: string | null = null, at = 1): MigrationSource {
  const filename = `2026010100000${at}_step_${at}`;
  return {
    service: "shop",
    filename,
    version: `2026010100000${at}`,
    name: `step ${at}`,
    kind: "versioned",
    up,
    down,
    checksum: checksumOf(up),
  };
}

async function tryOut(
  ups: (string | [string, string])[],
  shadow: "target_server" | "embedded" | "auto" = "auto",
): Promise<DryRun> {
  const server = await testServer(18);
  const steps = ups.map((one, at) => {
    const [up, down] = typeof one === "string" ? [one, null] : one;
    return { migration: migration(up, down, at + 1), direction: "up" as const };
  });
  return dryRun({ target: database.spec, embedded: server.spec, shadow, steps, onProgress: remember });
}

async function open(major: 14 | 18): Promise<void> {
  scratch = [];
  database = await testDatabase({ major });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(RICH_SCHEMA);
}

/** Databases, roles and sessions of the copies that this test made. */
/** A session that was ended is seen for a moment longer. */
const nothingLeft = () => expect.poll(leftovers, { timeout: 20_000 }).toEqual([]);

async function leftovers(): Promise<unknown[]> {
  const { rows } = await client.query(
    `SELECT datname AS left FROM pg_database WHERE datname = ANY ($1)
      UNION ALL SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)
      UNION ALL SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    [scratch],
  );
  return rows;
}

function remember(progress: DryRunProgress): void {
  if (progress.phase === "copied") scratch.push(progress.database);
}

afterEach(async () => {
  await client.end();
  await database.drop();
});

describe.each([
  [18, "embedded"],
  [18, "target_server"],
  [14, "target_server"],
] as const)("a dry run for PostgreSQL %i on %s", (major, place) => {
  /** What does not depend on where the copy lies is tried in one place. */
  const once = it.runIf(place === "embedded");
  beforeEach(() => open(major));

  it("goes on behind what an attempt that stopped has left in effect, with what it had set", async () => {
    const up = [
      "-- dbmigrator: transaction=none",
      "SET search_path = app_made_before;",
      "CREATE TABLE made (id int);",
      "CREATE INDEX CONCURRENTLY made_id ON made (id);",
    ].join("\n");
    await client.query("CREATE SCHEMA app_made_before; CREATE TABLE app_made_before.made (id int)");
    const done = (await parseScriptAsync(up)).statements.slice(0, 2).map(hashStatement);
    const server = await testServer(18);
    const again = async (hashes: string[]) =>
      dryRun({
        ...{ target: database.spec, embedded: server.spec, shadow: "auto" as const, onProgress: remember },
        steps: [
          { migration: migration(up, "DROP TABLE app_made_before.made"), direction: "up", done: hashes },
        ],
      });
    const tried = await again(done);
    expect(tried.statements.map(({ tried, whyNotCode, error }) => [tried, whyNotCode, error])).toEqual([
      [false, "in_effect", null],
      [false, "in_effect", null],
      [true, undefined, null],
    ]);
    expect(tried.ok).toBe(true);
    expect(tried.rollback.reason).toBe("partly");
    // What was changed since is not what was done.
    expect((await again(["another", "script"])).statements[1]?.error?.message).toContain("already exists");
  });

  it("copies the schema faithfully, and leaves target and server as they were", async () => {
    const before = await dumpSchema(database.spec);
    const result = await tryOut(
      [["ALTER TABLE shop.orders ADD COLUMN paid_at timestamptz", "ALTER TABLE shop.orders DROP paid_at"]],
      place,
    );
    expect(result.shadow.kind).toBe(place);
    expect(result.shadow.notes).toEqual([]);
    expect(result.schemaBefore).toBe(before);
    expect(result.fingerprintBefore).toBe(result.targetFingerprint);
    expect(result.targetFingerprint).toBe(await fingerprintTarget(database.spec));
    expect(result.schemaAfter).toContain("paid_at timestamp with time zone");
    expect(result.rollback).toMatchObject({ proven: true, reason: "proven" });
    expect(await dumpSchema(database.spec)).toBe(before);
    expect(scratch).toHaveLength(1);
    await nothingLeft();
  });

  it("sees locks, rewrites and scans per statement", async () => {
    const result = await tryOut(
      [
        `ALTER TABLE shop.orders ADD COLUMN channel text DEFAULT 'web';
         DROP VIEW shop.open_orders; DROP INDEX shop.orders_open; DROP STATISTICS shop.orders_stats;
         ALTER TABLE shop.orders ALTER status TYPE text;
         CREATE INDEX orders_open ON shop.orders (status);
         ALTER TABLE shop.customers ALTER full_name SET NOT NULL;
         ALTER TABLE shop.orders ADD FOREIGN KEY (id) REFERENCES shop.customers (id) NOT VALID;
         TRUNCATE shop.orders;
         CREATE TABLE shop.fresh (id int);
         ALTER TABLE shop.fresh ADD x int;
         UPDATE shop.orders SET note = '' WHERE id = 1;
         ALTER INDEX shop.orders_open RENAME TO orders_not_shipped;
         DROP MATERIALIZED VIEW shop.totals;`,
      ],
      place,
    );
    expect(result.statements.flatMap((one) => one.error ?? [])).toEqual([]);
    const seen = (start: string) => result.statements.find((one) => one.sql.startsWith(start));
    expect(seen("ALTER TABLE shop.orders ADD COLUMN")).toMatchObject({
      locks: [{ relation: "shop.orders", mode: "ACCESS EXCLUSIVE" }],
      rewrites: [],
      scans: [],
      tried: true,
      scansObserved: true,
    });
    expect(seen("DROP INDEX")?.locks).toEqual([{ relation: "shop.orders_open", mode: "ACCESS EXCLUSIVE" }]);
    expect(seen("ALTER TABLE shop.orders ALTER status")?.rewrites).toEqual(["shop.orders"]);
    expect(seen("CREATE INDEX")).toMatchObject({ scans: ["shop.orders"], rewrites: [] });
    expect(seen("ALTER TABLE shop.customers ALTER full_name")).toMatchObject({
      locks: [{ relation: "shop.customers", mode: "ACCESS EXCLUSIVE" }],
      scans: ["shop.customers"],
      rewrites: [],
    });
    expect(seen("ALTER TABLE shop.orders ADD FOREIGN KEY")?.scans).toEqual([]);
    expect(seen("TRUNCATE")).toMatchObject({ rewrites: [], scans: [] });
    expect(seen("ALTER TABLE shop.fresh")?.locks).toEqual([]);
    expect(seen("UPDATE")).toMatchObject({ rows: 0 });
    expect(seen("DROP MATERIALIZED VIEW")?.locks).toEqual([
      { relation: "shop.totals", mode: "ACCESS EXCLUSIVE" },
    ]);
  });

  it("tells the change object by object, and knows a column that comes back at the end for the same schema", async () => {
    await client.query("CREATE TABLE public.plain (id int PRIMARY KEY, note text, total int)");
    const result = await tryOut([
      [
        "ALTER TABLE public.plain DROP COLUMN note; ALTER TABLE public.plain ALTER total TYPE bigint; CREATE TABLE public.extra (id int REFERENCES public.plain)",
        "DROP TABLE public.extra; ALTER TABLE public.plain ALTER total TYPE int; ALTER TABLE public.plain ADD COLUMN note text",
      ],
    ]);
    expect(result.changes).toEqual([
      expect.objectContaining({ change: "added", kind: "table", name: "public.extra", before: null }),
      expect.objectContaining({ change: "removed", kind: "column", before: "note text", after: null }),
      expect.objectContaining({
        change: "changed",
        kind: "column",
        before: "total integer",
        after: "total bigint",
      }),
    ]);
    expect(result.rollback).toMatchObject({ proven: true, orderOnly: true });
  });

  it("tries what follows the change of a domain's constraint", async () => {
    const result = await tryOut([
      [
        "ALTER DOMAIN shop.amount DROP CONSTRAINT amount_check; CREATE FUNCTION shop.half(shop.amount) RETURNS numeric LANGUAGE sql AS 'SELECT $1 / 2'",
        "DROP FUNCTION shop.half(shop.amount); ALTER DOMAIN shop.amount ADD CONSTRAINT amount_check CHECK (VALUE >= 0)",
      ],
    ]);
    expect(result.failure).toBeUndefined();
    expect(result.rollback).toMatchObject({ proven: true });
  });

  it("proves the way back of an extension together with the tables that use it", async () => {
    const down = "DROP TABLE public.bag; DROP EXTENSION hstore;";
    for (const script of [down, `BEGIN; ${down} COMMIT;`]) {
      const result = await tryOut([
        ["CREATE EXTENSION hstore; CREATE TABLE public.bag (things hstore)", script],
      ]);
      expect(result.failure).toBeUndefined();
      expect(result.rollback).toMatchObject({ proven: true, reason: "proven" });
    }
    const inUse = await tryOut([
      ["CREATE EXTENSION hstore; CREATE TABLE public.bag (things hstore)", "DROP EXTENSION hstore"],
    ]);
    expect(inUse.rollback).toMatchObject({ proven: false, reason: "failed" });
  });

  it("watches statements that run outside of a transaction", async () => {
    const result = await tryOut(
      [
        [
          "CREATE INDEX CONCURRENTLY orders_note ON shop.orders (note); VACUUM shop.orders; DROP INDEX CONCURRENTLY shop.orders_open",
          "CREATE INDEX orders_open ON shop.orders (customer_id) WHERE status <> 'shipped'; DROP INDEX shop.orders_note",
        ],
      ],
      place,
    );
    expect(result.statements.map((one) => [one.error, one.tried])).toEqual([
      [null, true],
      [null, true],
      [null, true],
    ]);
    for (const statement of result.statements) {
      expect(statement.locks).toContainEqual({ relation: "shop.orders", mode: "SHARE UPDATE EXCLUSIVE" });
    }
    expect(result.statements[0]?.scansObserved).toBe(major >= 15);
    if (major >= 15) expect(result.statements[0]?.scans).toEqual(["shop.orders"]);
    expect(result.rollback.reason).toBe("proven");
  });

  once("runs a script's own transactions, COPY rows and deferred constraints", async () => {
    const result = await tryOut(
      [
        `BEGIN; CREATE TABLE shop.a (id int PRIMARY KEY); COMMIT;
COPY shop.a (id) FROM stdin;
1
2
\\.
BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; UPDATE shop.a SET id = id + 2; COMMIT;`,
        `CREATE TABLE shop.b (id int REFERENCES shop.a DEFERRABLE INITIALLY DEFERRED); INSERT INTO shop.b VALUES (99);`,
      ],
      place,
    );
    expect(result.statements.flatMap((one) => (one.rows === null ? [] : [one.rows]))).toEqual([2, 2, 1]);
    expect(result.ok).toBe(false);
    expect(result.failure).toMatchObject({ sqlState: "23503", migration: "20260101000002_step_2" });
    expect(result.schemaAfter).toContain("CREATE TABLE shop.a");
    expect(result.schemaAfter).not.toContain("CREATE TABLE shop.b");
  });

  once("stops at a failing statement with PostgreSQL's words and the place", async () => {
    const result = await tryOut(
      [
        "CREATE TABLE shop.kept (id int);",
        "CREATE TABLE shop.lost (id int);\n\nALTER TABLE shop.orders\n  DROP COLUMN nowhere;\nSELECT 1",
        "SELECT 2",
      ],
      place,
    );
    expect(result.ok).toBe(false);
    const failed = result.statements.find((one) => one.error);
    expect(failed?.error).toMatchObject({
      sqlState: "42703",
      message: 'column "nowhere" of relation "orders" does not exist',
      migration: "20260101000002_step_2",
      statement: 2,
      line: 3,
    });
    expect(result.statements.slice(-2).map((one) => one.whyNotCode)).toEqual([
      "earlier_failed",
      "earlier_failed",
    ]);
    expect(result.schemaAfter).toContain("shop.kept");
    expect(result.schemaAfter).not.toContain("shop.lost");
    expect(result.rollback.reason).toBe("not_tried");
  });

  once("proves nothing when the way back is missing, fails or ends elsewhere", async () => {
    const add = "ALTER TABLE shop.orders ADD COLUMN x int";
    expect((await tryOut([add], place)).rollback).toMatchObject({
      reason: "no_down",
      missing: ["20260101000001_step_1"],
    });
    expect((await tryOut([[add, "ALTER TABLE shop.orders DROP COLUMN y"]], place)).rollback).toMatchObject({
      reason: "failed",
      failure: { sqlState: "42703" },
    });
    const differs = (
      await tryOut(
        [
          [
            "ALTER TABLE shop.orders DROP COLUMN note CASCADE",
            "ALTER TABLE shop.orders ADD note varchar(41)",
          ],
        ],
        place,
      )
    ).rollback;
    expect(differs).toMatchObject({ proven: false, reason: "differs" });
    expect(differs.difference).toContain("note character varying(41)");
  });

  it("keeps scripts away from the whole server and from other databases", async () => {
    const other = await testDatabase({ major });
    const result = await tryOut(
      [
        `CREATE ROLE somebody_new; ALTER SYSTEM SET work_mem = '1MB'; ALTER ROLE CURRENT_USER SUPERUSER;
         DO $$ BEGIN EXECUTE 'CREATE RO' || 'LE somebody_else'; END $$;
         ALTER TABLE shop.orders OWNER TO postgres;
         CREATE SCHEMA private AUTHORIZATION postgres;
         SET ROLE postgres;
         SELECT pg_reload_conf();
         COPY shop.orders FROM '/etc/passwd'`.replace(/postgres/g, database.spec.user),
      ],
      place,
    );
    const codes = result.statements.map(
      (one) => one.whyNotCode ?? (one.error ? one.error.sqlState : "tried"),
    );
    expect(codes.slice(0, -1)).toEqual([
      "whole_server",
      "whole_server",
      "whole_server",
      "role_rights",
      "tried",
      "tried",
      "role_rights",
      "role_rights",
    ]);
    expect(codes.at(-1)).toBe("42501");
    const { rows } = await client.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'somebody%'");
    expect(rows).toEqual([]);
    await other.drop();
  });

  once("tries what names lz4 on a server that does not know it", async () => {
    const up =
      "SET default_toast_compression = 'lz4'; CREATE TABLE packed (a text COMPRESSION lz4, b text); ALTER TABLE packed ALTER b SET COMPRESSION lz4";
    const result = await tryOut([up], place);
    expect(result.statements.map((one) => one.error ?? one.adapted?.slice(0, 16))).toEqual([
      "COMPRESSION pglz",
      "COMPRESSION pglz",
      "COMPRESSION pglz",
    ]);
  });

  it("can be stopped while a statement runs, and cleans up", async () => {
    const controller = new AbortController();
    const server = await testServer(18);
    const run = dryRun({
      target: database.spec,
      embedded: server.spec,
      shadow: place,
      steps: [{ migration: migration("SELECT pg_sleep(60)"), direction: "up" }],
      signal: controller.signal,
      onProgress: (progress) => {
        remember(progress);
        if (progress.phase === "try")
          setTimeout(() => controller.abort(new Error("stopped by a person")), 200);
      },
    });
    await expect(run).rejects.toThrow("stopped by a person");
    expect(scratch).toHaveLength(1);
    await nothingLeft();
  });

  once("takes no longer than allowed", async () => {
    const server = await testServer(18);
    const run = dryRun({
      target: database.spec,
      embedded: server.spec,
      shadow: place,
      timeoutMs: 2500,
      steps: [{ migration: migration("SELECT pg_sleep(60)"), direction: "up" }],
    });
    await expect(run).rejects.toMatchObject({ code: "dry_run.timeout" });
  });
});

it("goes on beside others on one server at the same time", async () => {
  await open(18);
  const add = (name: string): [string, string] => [
    `ALTER TABLE shop.orders ADD COLUMN ${name} int`,
    `ALTER TABLE shop.orders DROP COLUMN ${name}`,
  ];
  const results = await Promise.all(["a", "b", "c", "d"].map((name) => tryOut([add(name)])));
  for (const result of results) expect(result).toMatchObject({ ok: true, rollback: { proven: true } });
  expect(new Set(results.map((result) => result.fingerprintBefore)).size).toBe(1);
  expect(scratch).toHaveLength(4);
  await nothingLeft();
});
