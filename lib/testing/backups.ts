import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll } from "vitest";
import type { ArchiveStore } from "../core/backup/types";
import type { ConnectionSpec } from "../postgres/connection/connection-spec";
import { RICH_SCHEMA } from "./rich-schema";

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A folder of this test file alone, removed at its end. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dbmigrator-backup-"));
  folders.push(folder);
  return folder;
}

export async function runSql<Row extends pg.QueryResultRow>(
  spec: ConnectionSpec,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ ...spec, ssl: false });
  // Who swaps the database ends the session, also when it has its answer and is about to leave.
  client.on("error", () => {});
  await client.connect();
  try {
    const result = await client.query<Row>(sql, values);
    // Of several statements, the last one's.
    const last = Array.isArray(result) ? (result.at(-1) as pg.QueryResult<Row>) : result;
    return last.rows;
  } finally {
    await client.end();
  }
}

/** Rows of what is hard to carry over: each line one kind of trouble. */
const TROUBLE = `
INSERT INTO shop.customers (email, home, full_name)
  SELECT 'User' || i || '@Example.com', ROW('Street, "' || i || '"', NULL)::shop.address, 'Größe 😀 ' || i
    FROM generate_series(1, 300) i;
INSERT INTO shop.orders (customer_id, total, status, note)
  SELECT i, i * 1.5, (ARRAY['new','paid','shipped'])[i % 3 + 1]::shop.status, E'tab\\t line\\n back\\\\' || i
    FROM generate_series(1, 300) i;
DELETE FROM shop.orders WHERE id % 7 = 0;
INSERT INTO shop.events SELECT i, '2025-01-01'::date + i * 3, jsonb_build_object('n', i, 'null', NULL) FROM generate_series(1, 200) i;
CREATE TABLE shop.odd (
  id serial PRIMARY KEY, f8 float8, f4 float4, n numeric, b bytea, t timestamptz, d date, i interval, bits varbit,
  r int4range, a text[][], x xml, j json, u uuid, ip inet, nothing text, c "char", m money);
INSERT INTO shop.odd (f8, f4, n, b, t, d, i, bits, r, a, x, j, u, ip, c, m) VALUES
  ('NaN', 'Infinity', 'NaN', decode('00ff5c0a0d09', 'hex'), 'infinity', '-infinity', '1 mon 2 days 03:04:05.678', B'1011',
   '[1,5)', ARRAY[ARRAY['a,b', NULL], ARRAY['"q"', '']], '<a>&amp;</a>', '{"k":  1}', gen_random_uuid(), '10.0.0.0/8', 'x', 12.34),
  (0.1::float8 + 0.2, 1e-30, 12345678901234567890.123456789, '', '1883-11-18 12:00:00+00', '4713-01-01 BC', '-1 year',
   B'', 'empty', '{}', NULL, NULL, NULL, '::1', '', -0.01);
CREATE TABLE shop.nothing ();
INSERT INTO shop.nothing DEFAULT VALUES; INSERT INTO shop.nothing DEFAULT VALUES;
CREATE TABLE shop.dropped (a int, gone int, b text DEFAULT 'b'); ALTER TABLE shop.dropped DROP COLUMN gone;
INSERT INTO shop.dropped SELECT i, 'row ' || i FROM generate_series(1, 50) i;
CREATE UNLOGGED TABLE shop.unlogged AS SELECT 1 AS one;
CREATE TABLE shop.parent (id int); CREATE TABLE shop.child (more text) INHERITS (shop.parent);
INSERT INTO shop.parent VALUES (1); INSERT INTO shop.child VALUES (2, 'two');
CREATE TABLE shop.self (id int PRIMARY KEY, up int REFERENCES shop.self);
INSERT INTO shop.self VALUES (1, 2), (2, 1);
ALTER TABLE shop.orders ADD CONSTRAINT not_checked CHECK (total < 100) NOT VALID;
CREATE TABLE "Shop.Odd" ("Col.1" int); CREATE TABLE "shop.odd" ("col""2" text); INSERT INTO "Shop.Odd" VALUES (1);
INSERT INTO "shop.odd" VALUES ('x');
SELECT setval('shop.invoice_numbers', 4711, false);
SELECT lo_create(770001); SELECT lo_put(770001, 0, decode(repeat('00ff27', 200000), 'hex'));
SELECT lo_create(770002); COMMENT ON LARGE OBJECT 770002 IS E'two\\nlines';
CREATE MATERIALIZED VIEW shop.grand AS SELECT sum(total) AS total FROM shop.totals;
CREATE MATERIALIZED VIEW shop.unfilled AS SELECT 1 AS one WITH NO DATA;
REFRESH MATERIALIZED VIEW shop.totals; REFRESH MATERIALIZED VIEW shop.grand;
CREATE TRIGGER orders_touch AFTER INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.orders DISABLE TRIGGER orders_touch;
CREATE TRIGGER events_touch AFTER INSERT ON shop.events FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE TABLE shop.a_partition PARTITION OF shop.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
ALTER TABLE shop.a_partition DISABLE TRIGGER events_touch;
CREATE FUNCTION shop.noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION shop.noted();
CREATE PUBLICATION feed FOR TABLE shop.orders;
CREATE INDEX odd_expression ON shop.odd (lower(nothing)) WHERE id > 0; CLUSTER shop.odd USING odd_pkey;
ALTER TABLE shop.self REPLICA IDENTITY FULL;
COMMENT ON INDEX shop.odd_expression IS 'an index';
`;

/** Roles are the server's: made once, and left to it. */
const GRANTS = `
DO $$ BEGIN CREATE ROLE backup_owner NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
DO $$ BEGIN CREATE ROLE "Backup Reader" NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
ALTER TABLE shop.orders OWNER TO backup_owner;
GRANT SELECT, UPDATE (note) ON shop.orders TO "Backup Reader" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA shop TO "Backup Reader";
GRANT SELECT ON LARGE OBJECT 770001 TO "Backup Reader";
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO "Backup Reader";
`;

/** A database with one of most things, rows that are hard to carry over, owners and grants. */
export async function fillRich(spec: ConnectionSpec): Promise<void> {
  await runSql(spec, RICH_SCHEMA);
  await runSql(spec, TROUBLE);
  // Creating roles from two tests at once may collide within the server.
  await runSql(spec, GRANTS).catch(() => runSql(spec, GRANTS));
}

/** Every table's rows, every sequence's value and every large object as one checksum each. */
export async function contentOf(spec: ConnectionSpec): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const relations = await runSql<{ name: string; kind: string }>(
    spec,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind::text AS kind
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (c.relkind IN ('r', 'S') OR (c.relkind = 'm' AND c.relispopulated))
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      ORDER BY 1`,
  );
  for (const { name, kind } of relations) {
    const rows = kind === "S" ? `SELECT last_value, is_called FROM ${name}` : `SELECT * FROM ONLY ${name}`;
    const sql = `SET extra_float_digits = 3; SET DateStyle = ISO; SET TimeZone = 'UTC';
      SELECT count(*) || ' ' || coalesce(md5(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE "C")), '') AS sum
        FROM (${rows}) x`;
    found[name] = (await runSql<{ sum: string }>(spec, sql))[0]?.sum ?? "";
  }
  const objects = await runSql<{ sum: string }>(
    spec,
    `SELECT oid || ' ' || md5(lo_get(oid)) || ' ' || coalesce(obj_description(oid, 'pg_largeobject'), '')
            || ' ' || pg_get_userbyid(lomowner) || ' ' || coalesce(lomacl::text, '') AS sum
       FROM pg_largeobject_metadata ORDER BY oid`,
  );
  objects.forEach(({ sum }, at) => {
    found[`large object ${at}`] = sum;
  });
  return found;
}

/** pg_dump and friends of this machine, when there are any. */
export const nativeTools: { folder: string; major: number } | null = (() => {
  const run = spawnSync("pg_dump", ["--version"], { encoding: "utf8" });
  const major = Number(/ (\d+)\./.exec(run.stdout ?? "")?.[1]);
  return run.status === 0 && major > 0 ? { folder: "", major } : null;
})();

/** Runs pg_dump, pg_restore or psql against a database. */
export function native(
  name: string,
  spec: ConnectionSpec,
  args: string[],
  input?: string,
  cwd?: string,
): { code: number | null; out: string; err: string } {
  const connection = ["-h", spec.host, "-p", String(spec.port), "-U", spec.user, "-d", spec.database];
  const run = spawnSync(name, [...connection, ...args], {
    env: { ...process.env, PGPASSWORD: spec.password ?? "", PGTZ: "UTC" } as NodeJS.ProcessEnv,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

/** pg_dump's whole text without what changes from run to run. */
export function nativeDump(spec: ConnectionSpec, args: string[] = []): string {
  const { code, out, err } = native("pg_dump", spec, args);
  if (code !== 0) throw new Error(err);
  return out.replace(/^\\(un)?restrict .*\n/gm, "");
}

/** A store that fails: after so many bytes, or at the n-th file. */
export function failingStore(
  store: ArchiveStore,
  when: { afterBytes?: number; atFile?: string },
  code = "ENOSPC",
): ArchiveStore {
  let left = when.afterBytes ?? Number.POSITIVE_INFINITY;
  const fail = () => Object.assign(new Error(`${code}: no space left on device, write`), { code });
  const failing: ArchiveStore = Object.create(store);
  failing.freeBytes = async () => null;
  failing.write = async (name) => {
    const writer = await store.write(name);
    return {
      write: async (bytes) => {
        left -= bytes.length;
        if (left < 0 || when.atFile === name) throw fail();
        await writer.write(bytes);
      },
      finish: () => writer.finish(),
      abort: () => writer.abort(),
    };
  };
  return failing;
}
