import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Manifest, RestorePhase } from "../../core/backup/types";
import { projectRoot } from "../../server/root";
import { contentOf, failingStore, newFolder, runSql } from "../../testing/backups";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { closeConnection, openConnection } from "../connection/connect";
import { createBackup } from "./create";
import { folderStorage, folderStore } from "./folder-store";
import { keptAt, keptName } from "./restore/names";
import { restoreInto } from "./restore/restore";
import { freeKeptName } from "./restore/swap";

const whole = { kind: "database" as const };
const TABLES = `
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric, note text);
INSERT INTO customers SELECT i, 'name ' || i FROM generate_series(1, 500) i;
INSERT INTO orders SELECT i, i % 500 + 1, i, md5(i::text) FROM generate_series(1, 30000) i;
CREATE INDEX ON orders (note);
CREATE VIEW busy AS SELECT customer_id, count(*) FROM orders GROUP BY 1;`;

let source: TestDatabase;
let child: string;
let folder: string;

beforeAll(async () => {
  source = await testDatabase();
  await runSql(source.spec, TABLES);
  folder = mkdtempSync(join(projectRoot(), "node_modules", ".dbmigrator-test-"));
  child = join(folder, "child.mjs");
  await build({
    ...{ bundle: true, packages: "external", platform: "node", format: "esm", target: "node20" },
    logLevel: "error",
    entryPoints: [join(projectRoot(), "lib", "testing", "backup-child.ts")],
    outfile: child,
  });
}, 180_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await source.drop();
});

/** Runs until it reaches the phase, then kills the process. @returns whether it got there */
async function killedAt(job: Record<string, unknown>): Promise<boolean> {
  const run = spawn(process.execPath, [child], {
    env: { ...process.env, TEST_JOB: JSON.stringify(job) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await new Promise<string>((resolve) => {
    run.stdout.once("data", (data) => resolve(String(data)));
    run.once("exit", () => resolve(""));
  });
  const gone = new Promise((resolve) => run.once("exit", resolve));
  run.kill("SIGKILL");
  await gone;
  return said === "there\n";
}

const admin = () => ({ ...source.spec, database: "postgres" });

/** This process waits until its sessions are gone. */
function endOwnSessions(which: string): void {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dbmigrator-%' AND ${which}`;
  const script = `import pg from "pg"; const c = new pg.Client(${JSON.stringify({ ...admin(), ssl: false })}); await c.connect(); await c.query(${JSON.stringify(sql)}); await c.end();`;
  const env = { ...process.env, PGPASSWORD: source.spec.password ?? "" };
  spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: projectRoot(), env });
}

describe("a backup that fails", () => {
  it("is gone and unlisted, wherever the disk becomes full", async () => {
    const root = await newFolder();
    const full: Parameters<typeof failingStore>[1][] = [
      ...[0, 1000, 200_000].map((afterBytes) => ({ afterBytes })),
      ...["pre-data.sql", "post-data.sql", "restore.psql", "manifest.json"].map((atFile) => ({ atFile })),
    ];
    for (const [at, when] of full.entries()) {
      const store = failingStore(folderStore(join(root, `b${at}`)), when);
      const made = createBackup({ spec: source.spec, store, scope: whole, codec: "none" });
      await expect(made).rejects.toMatchObject({ code: "backup.no_space" });
    }
    expect(await folderStorage(root).list()).toEqual([]);
  }, 120_000);

  it("tells of a limit of file sizes", async () => {
    const store = failingStore(folderStore(join(await newFolder(), "b")), { afterBytes: 1000 }, "EFBIG");
    await expect(createBackup({ spec: source.spec, store, scope: whole })).rejects.toMatchObject({
      code: "backup.file_too_large",
      hint: expect.stringContaining("ulimit -f"),
    });
    expect(await store.list()).toEqual([]);
  });

  it.each(["EIO", "ESTALE"])("tells that the storage's disk fails: %s", async (code) => {
    const store = failingStore(folderStore(join(await newFolder(), "b")), { afterBytes: 1000 }, code);
    await expect(createBackup({ spec: source.spec, store, scope: whole })).rejects.toMatchObject({
      code: "backup.storage_failed",
      details: { reason: code },
    });
    expect(await store.list()).toEqual([]);
  });

  it("tells that a real disk is full", async (context) => {
    const disk = await newFolder();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
    if (mounted.status !== 0) return context.skip("only root may mount a small disk");
    try {
      const store = folderStore(join(disk, "b"));
      const made = createBackup({ spec: source.spec, store, scope: whole, codec: "none", ignoreSpace: true });
      await expect(made).rejects.toMatchObject({ code: "backup.no_space" });
      const first = createBackup({ spec: source.spec, store, scope: whole, codec: "none" });
      await expect(first).rejects.toMatchObject({
        code: "backup.no_space",
        details: { free: expect.any(Number) },
      });
      expect(await folderStorage(disk).list()).toEqual([]);
    } finally {
      spawnSync("umount", [disk]);
    }
  }, 180_000);

  it("tells that a disk is read-only, also when one is to be removed from it", async (context) => {
    const disk = await newFolder();
    const mount = (...options: string[]) => spawnSync("mount", [...options, disk]).status === 0;
    if (!mount("-t", "tmpfs", "-o", "size=50m", "tmpfs"))
      return context.skip("only root may mount a small disk");
    try {
      const there = folderStore(join(disk, "there"));
      await createBackup({ spec: source.spec, store: there, scope: whole });
      expect(mount("-o", "remount,ro")).toBe(true);
      const made = createBackup({ spec: source.spec, store: folderStore(join(disk, "b")), scope: whole });
      await expect(made).rejects.toMatchObject({ code: "backup.not_writable" });
      await expect(there.delete()).rejects.toMatchObject({ code: "backup.not_writable" });
      expect((await folderStorage(disk).list()).map(({ name }) => name)).toEqual(["there"]);
    } finally {
      spawnSync("umount", [disk]);
    }
  }, 180_000);

  it("is gone when its connection is cut or when it is cancelled", async () => {
    const root = await newFolder();
    const ends: Promise<unknown>[] = [];
    const cut = createBackup({
      spec: source.spec,
      store: slow(folderStore(join(root, "cut"))),
      scope: whole,
      codec: "none",
      onProgress: ({ phase }) => {
        if (phase !== "data") return;
        const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${source.name}'`;
        ends.push(runSql(admin(), end));
      },
    });
    await expect(cut).rejects.toMatchObject({ kind: "target", code: "target.connection_lost" });
    // One that comes late would cut the next backup too.
    await Promise.all(ends);
    const stop = new AbortController();
    const reason = new Error("stop");
    const cancelled = createBackup({
      spec: source.spec,
      store: slow(folderStore(join(root, "cancelled"))),
      scope: whole,
      signal: stop.signal,
      onProgress: ({ phase }) => phase === "data" && stop.abort(reason),
    });
    await expect(cancelled).rejects.toBe(reason);
    expect(await folderStorage(root).list()).toEqual([]);
  }, 180_000);

  it("names the cut when pg_dump only misses the snapshot of the session that was cut", async () => {
    const root = await newFolder();
    let isCut = false;
    const cut = createBackup({
      spec: source.spec,
      store: folderStore(join(root, "cut")),
      scope: whole,
      onProgress: ({ phase }) => {
        if (phase !== "data" || isCut) return;
        isCut = true;
        endOwnSessions(`datname = '${source.name}'`);
      },
    });
    await expect(cut).rejects.toMatchObject({ kind: "target", code: "target.connection_lost" });
    expect(await folderStorage(root).list()).toEqual([]);
  }, 180_000);

  it("looks like no backup when its process was killed, and can be removed", async () => {
    const root = await newFolder();
    for (const phase of ["data", "large_objects", "finishing"]) {
      const job = { job: "backup", spec: source.spec, folder: join(root, phase), phase };
      expect(await killedAt(job)).toBe(true);
    }
    const listed = await folderStorage(root).list();
    expect(listed.every((one) => one.manifest === null)).toBe(true);
    for (const { name } of listed) await folderStorage(root).open(name).delete();
    expect(await folderStorage(root).list()).toEqual([]);
  }, 120_000);

  it("waits for locks, but not for ever, and knows tables that are gone after the wait", async () => {
    const { spec } = source;
    const store = folderStore(join(await newFolder(), "b"));
    await runSql(source.spec, "CREATE TABLE goes (id int)");
    const other = await openConnection(source.spec);
    try {
      await other.query("BEGIN; DROP TABLE goes");
      await expect(createBackup({ spec, store, scope: whole, lockWaitMs: 300 })).rejects.toMatchObject({
        code: "backup.table_locked",
      });
      const making = createBackup({ spec, store, scope: whole });
      const waits =
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await expect.poll(() => runSql(source.spec, waits), { timeout: 20_000 }).toHaveLength(1);
      await other.query("COMMIT");
      expect((await making).tables.map(({ name }) => name)).toEqual(["customers", "orders"]);
    } finally {
      await closeConnection(other);
    }
  }, 180_000);

  it("lets a change of the schema pass that waits for its locks, and begins again", async () => {
    const store = folderStore(join(await newFolder(), "b"));
    await runSql(source.spec, "CREATE TABLE changes (id int)");
    const making = createBackup({ spec: source.spec, store: slow(store), scope: whole });
    making.catch(() => {});
    const locks = `SELECT FROM pg_locks WHERE relation = 'changes'::regclass AND database =
      (SELECT oid FROM pg_database WHERE datname = current_database()) AND mode = 'AccessShareLock'`;
    await expect
      .poll(async () => (await runSql(source.spec, locks)).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await runSql(source.spec, "ALTER TABLE changes ADD COLUMN more int");
    expect((await making).tables.map(({ name }) => name)).toEqual(["changes", "customers", "orders"]);
    await runSql(source.spec, "DROP TABLE changes");
  }, 180_000);

  it("refuses what the role may not see, by name, before anything is written", async () => {
    const role = `${source.name}_reader`;
    await runSql(
      source.spec,
      `CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE TABLE hidden (id int); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
       GRANT SELECT ON customers, orders, hidden TO ${role}`,
    );
    const spec = { ...source.spec, user: role, password: "x" };
    const store = folderStore(join(await newFolder(), "b"));
    const refused = createBackup({ spec, store, scope: whole });
    await expect(refused).rejects.toMatchObject({
      code: "backup.row_security",
      details: { tables: "public.hidden" },
    });
    await runSql(source.spec, `REVOKE SELECT ON orders FROM ${role}`);
    await expect(createBackup({ spec, store, scope: whole })).rejects.toMatchObject({
      code: "backup.no_rights",
      details: { tables: "public.orders" },
    });
    expect(await store.list()).toEqual([]);
    await runSql(source.spec, `DROP TABLE hidden; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }, 180_000);
});

/** Takes its time with every piece, so that a fault has time to happen. */
function slow(store: ReturnType<typeof folderStore>): ReturnType<typeof folderStore> {
  return {
    ...store,
    write: async (name) => {
      const writer = await store.write(name);
      const wait = () => new Promise((resolve) => setTimeout(resolve, 300));
      const write = async (bytes: Uint8Array) => {
        await wait();
        await writer.write(bytes);
      };
      return { ...writer, write };
    },
  };
}

describe("a restore that fails", () => {
  let live: TestDatabase;
  let archive: string;
  let manifest: Manifest;
  let before: Record<string, string>;
  beforeAll(async () => {
    archive = join(await newFolder(), "b");
    manifest = await createBackup({ spec: source.spec, store: folderStore(archive), scope: whole });
    live = await testDatabase();
    await runSql(
      live.spec,
      `${TABLES} UPDATE orders SET total = -1; COMMENT ON DATABASE ${live.name} IS 'the live one'`,
    );
    before = await contentOf(live.spec);
  }, 180_000);
  afterAll(() => live.drop());

  const PHASES: RestorePhase[] = [
    "creating",
    "structure",
    "data",
    "indexes",
    "constraints",
    "verifying",
    "settings",
    "swapping",
  ];

  const keptOnes = () =>
    runSql(admin(), "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [
      `${live.name}_before`,
    ]);

  it.each(PHASES)(
    "leaves the live database as it was when its process is killed: %s",
    async (phase) => {
      expect(await killedAt({ job: "new_database", spec: live.spec, folder: archive, phase })).toBe(true);
      expect(await contentOf(live.spec)).toEqual(before);
      expect(await keptOnes()).toEqual([]);
    },
    180_000,
  );

  // The swap itself opens sessions of its own.
  it.each(PHASES.slice(0, -1))(
    "leaves it as it was and nothing beside it when its sessions are cut: %s",
    async (phase) => {
      const cut = restoreInto({
        store: folderStore(archive),
        spec: live.spec,
        mode: "new_database",
        onProgress: (progress) => {
          if (progress.phase !== phase) return;
          endOwnSessions("true");
        },
      });
      await expect(cut).rejects.toThrow();
      expect(await contentOf(live.spec)).toEqual(before);
      expect(await keptOnes()).toEqual([]);
    },
    180_000,
  );

  it.each(["structure", "data", "indexes", "verifying", "swapping"])(
    "in place, leaves it as it was when it is cancelled: %s",
    async (phase) => {
      const stop = new AbortController();
      const fresh = { ...manifest, origin: { ...manifest.origin, database: live.name } };
      const restoring = restoreInto({
        store: folderStore(archive),
        spec: live.spec,
        mode: "in_place",
        freshBackup: fresh,
        signal: stop.signal,
        onProgress: (progress) => progress.phase === phase && stop.abort(new Error("stop")),
      });
      await expect(restoring).rejects.toThrow("stop");
      expect(await contentOf(live.spec)).toEqual(before);
    },
    180_000,
  );

  it("refuses a damaged archive, and what is not the backup's", async () => {
    // Those of the processes that were killed before are still there.
    const since = Math.floor(Date.now() / 1000);
    const bad = join(await newFolder(), "bad");
    mkdirSync(bad);
    spawnSync("cp", ["-r", `${archive}/.`, bad]);
    const file = join(bad, "data/public.orders.copy.zst");
    spawnSync("truncate", ["-s", "-10", file]);
    const restoring = restoreInto({ store: folderStore(bad), spec: live.spec, mode: "new_database" });
    await expect(restoring).rejects.toMatchObject({ code: "backup.damaged" });
    expect(await contentOf(live.spec)).toEqual(before);
    const unfinished = await runSql<{ datname: string }>(
      admin(),
      "SELECT d.datname FROM pg_database d WHERE starts_with(d.datname, 'dbmigrator_restore_') AND d.datname > $1",
      [`dbmigrator_restore_${since}`],
    );
    expect(unfinished).toEqual([]);
  }, 180_000);

  it("leaves databases of killed processes to be removed: old ones without a session", async () => {
    const old = "dbmigrator_restore_1700000000_0123456789ab";
    await runSql(admin(), `CREATE DATABASE ${old}`);
    const told: string[] = [];
    const as = `${live.name}_beside`;
    const wanted = { store: folderStore(archive), spec: live.spec, mode: "beside" as const, as };
    const { notes } = await restoreInto({ ...wanted, onDatabase: (name) => told.push(name) });
    expect(notes).toMatchObject([{ code: "leftover_removed", params: { database: old } }]);
    expect(told).toEqual([expect.stringMatching(/^dbmigrator_restore_\d{10}_[0-9a-f]{12}$/)]);
    await runSql(admin(), `DROP DATABASE ${as}`);
  }, 180_000);
});

describe("a swap", () => {
  it("ends the sessions of the live one, keeps it closed under a dated name, and takes its settings along", async () => {
    const live = await testDatabase();
    await runSql(live.spec, TABLES);
    const role = `${live.name}_owner`;
    await runSql(
      live.spec,
      `CREATE ROLE ${role} NOLOGIN; ALTER DATABASE ${live.name} SET search_path TO "$user", public, extra;
       ALTER DATABASE ${live.name} SET work_mem TO '5MB'; ALTER ROLE ${role} IN DATABASE ${live.name} SET statement_timeout TO '7s';
       COMMENT ON DATABASE ${live.name} IS 'it''s the shop'; ALTER DATABASE ${live.name} CONNECTION LIMIT 33;
       REVOKE CONNECT ON DATABASE ${live.name} FROM PUBLIC; GRANT CONNECT ON DATABASE ${live.name} TO ${role};
       ALTER DATABASE ${live.name} OWNER TO ${role}`,
    );
    const store = folderStore(join(await newFolder(), "b"));
    await createBackup({ spec: live.spec, store, scope: whole });
    const traits = () =>
      runSql(
        admin(),
        `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit, (SELECT json_agg(a::text ORDER BY a::text) FROM unnest(datacl) a) AS acl, shobj_description(oid, 'pg_database') AS comment,
                (SELECT json_agg(json_build_array(setrole::regrole::text, setconfig) ORDER BY setrole) FROM pg_db_role_setting
                  WHERE setdatabase = d.oid) AS settings
           FROM pg_database d WHERE datname = $1`,
        [live.name],
      );
    const before = await traits();
    const session = await openConnection(live.spec);
    const result = await restoreInto({ store, spec: live.spec, mode: "new_database" });
    await expect(session.query("SELECT 1")).rejects.toThrow();
    expect(result.notes).toEqual([]);
    expect(result.keptAs).toMatch(new RegExp(`^${live.name}_before_\\d{8}_\\d{6}$`));
    expect(await traits()).toEqual(before);
    await expect(openConnection({ ...live.spec, database: result.keptAs ?? "" })).rejects.toThrow();
    await runSql(admin(), `DROP DATABASE ${result.keptAs}`);
    await live.drop();
    await runSql(admin(), `DROP ROLE ${role}`);
  }, 180_000);

  it("needs a decision while a replication slot hangs on the live one", async () => {
    const live = await testDatabase();
    await runSql(live.spec, "CREATE TABLE t (id int)");
    const store = folderStore(join(await newFolder(), "b"));
    await createBackup({ spec: live.spec, store, scope: whole });
    await runSql(
      live.spec,
      "CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 password=hush' PUBLICATION p WITH (connect = false)",
    );
    const options = { store, spec: live.spec, mode: "new_database" as const };
    await expect(restoreInto(options)).rejects.toMatchObject({
      code: "restore.replication",
      details: { names: "subscription feed" },
    });
    const result = await restoreInto({ ...options, replication: "leave" });
    expect(result.replicationLeft?.subscriptions).toMatchObject([{ name: "feed" }]);
    const kept = result.keptAs ?? "";
    await runSql(admin(), `ALTER DATABASE ${kept} ALLOW_CONNECTIONS true`);
    await runSql(
      { ...live.spec, database: kept },
      "ALTER SUBSCRIPTION feed SET (slot_name = NONE); DROP SUBSCRIPTION feed",
    );
    await runSql(admin(), `DROP DATABASE ${kept}`);
    await live.drop();
  }, 180_000);

  it("names the kept one apart from another of the same second", async () => {
    const client = await openConnection(admin());
    const taken = [0, 1, 2, 3].map((second) => keptName("live_twice", new Date(Date.now() + second * 1000)));
    for (const name of taken) await client.query(`CREATE DATABASE ${name}`);
    try {
      const free = await freeKeptName(client, "live_twice", "before");
      expect(taken).not.toContain(free);
      expect(keptAt(free, "live_twice")?.getTime()).toBeGreaterThan(Date.now());
    } finally {
      for (const name of taken) await client.query(`DROP DATABASE ${name}`);
      await closeConnection(client);
    }
  });

  it("names the kept one within PostgreSQL's length", () => {
    const name = keptName("ß".repeat(31), new Date("2026-11-21T08:15:00Z"));
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name).toMatch(/_before_20261121_081500$/);
    const pictures = keptName(`x${"😀".repeat(15)}`, new Date("2026-11-21T08:15:00Z"));
    expect(pictures).toBe(`x${"😀".repeat(9)}_before_20261121_081500`);
  });
});
