import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { corpus, type TestDatabase, testDatabase } from "../testing/postgres";

const program = join(import.meta.dirname, "../../dist/dbmigrator.cjs");
let folder: string;

beforeAll(async () => {
  const { bundleCommandLine } = await import("../../scripts/prepare.mjs");
  await bundleCommandLine();
}, 60_000);

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "dbmigrator-cli-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  code: number | null;
  out: string;
  err: string;
}

function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    USER: "tester",
    ...extra,
  } as unknown as NodeJS.ProcessEnv;
}

function cli(args: string[], extra: Record<string, string> = {}): Result {
  const run = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: environment(extra),
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

function write(path: string, content: string): void {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, content);
}

describe("without a server", () => {
  it("finds no backup where there is none, and removes none without its name", () => {
    expect(cli(["backup", "verify", "nowhere"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("no backup"),
    });
    expect(cli(["backup", "list"])).toMatchObject({ code: 0, out: expect.stringContaining("no backups") });
    expect(cli(["backup"]).code).toBe(3);
  });

  it("shows help and version, and ends with 3 for what it does not understand", () => {
    expect(cli(["--help"])).toMatchObject({ code: 0, out: expect.stringContaining("dry-run") });
    expect(cli(["up", "--help"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("--single-transaction"),
    });
    expect(cli(["--version"]).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const args of [
      ["nonsense"],
      ["up", "--nonsense"],
      ["up", "--steps", "0"],
      ["apply"],
      ["list", "--format", "xml"],
      [],
    ]) {
      expect(cli(args).code).toBe(3);
      expect(JSON.parse(cli([...args, "--json"]).out)).toMatchObject({ error: { code: "cli.usage" } });
    }
  });

  it("makes a project, then migrations that keep their order", () => {
    expect(cli(["init"])).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(readFileSync(join(folder, "dbmigrator.json"), "utf8"))).toEqual({
      migrations: "./migrations",
      environments: {},
    });
    expect(cli(["init"]).out).toContain("Everything is there already.");
    for (const name of ["Add orders!", "Größe der Bestellung"]) expect(cli(["create", name]).code).toBe(0);
    const files = readdirSync(join(folder, "migrations")).sort();
    expect(files.map((file) => file.replace(/^\d{14}/, "V"))).toEqual([
      "V_add_orders.down.sql",
      "V_add_orders.up.sql",
      "V_gro_e_der_bestellung.down.sql",
      "V_gro_e_der_bestellung.up.sql",
    ]);
    const listed = JSON.parse(cli(["list", "--json"]).out);
    expect(
      listed.migrations.map((one: { name: string; hasDown: boolean }) => [one.name, one.hasDown]),
    ).toEqual([
      ["add_orders", false],
      ["gro_e_der_bestellung", false],
    ]);
  });

  it("finds dbmigrator.json from a folder below", () => {
    write("dbmigrator.json", JSON.stringify({ migrations: "db", service: "shop" }));
    write("db/001_first.sql", "SELECT 1;");
    mkdirSync(join(folder, "deep/er"), { recursive: true });
    const run = spawnSync(process.execPath, [program, "list", "--json"], {
      cwd: join(folder, "deep/er"),
      encoding: "utf8",
      env: environment({}),
    });
    expect(JSON.parse(run.stdout).migrations).toMatchObject([{ service: "shop", version: "001" }]);
  });

  it("names what is wrong with dbmigrator.json, the folder and the target", () => {
    expect(cli(["list"])).toMatchObject({ code: 3, err: expect.stringContaining("There is no folder") });
    write("migrations/1_a.sql", "SELECT 1;");
    expect(cli(["status"])).toMatchObject({ code: 3, err: expect.stringContaining("No target is given") });
    expect(cli(["status", "--env", "live"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("DB_CONNECTION_LIVE"),
    });
    expect(cli(["status", "--url", "Host=x;Nonsense=1"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("Nonsense"),
    });
    const away = cli(["status", "--json", "--url", "postgres://u@127.0.0.1:1/d"]);
    expect(away.code).toBe(1);
    expect(JSON.parse(away.out).error).toMatchObject({ code: "target.away", hint: expect.any(String) });
    write("dbmigrator.json", '{"migration": "x"}');
    expect(cli(["list"])).toMatchObject({ code: 3, err: expect.stringContaining("migration is unknown") });
  });

  it("reads scripts: facts for every statement, findings where there is something to say", () => {
    write("a.sql", "-- comment\nALTER TABLE orders ADD COLUMN note text;\n\nDROP TABLE old_orders;\n");
    const { code, out } = cli(["validate", "a.sql", "--json"]);
    const result = JSON.parse(out);
    expect(code).toBe(0);
    expect(result.statements).toEqual([
      {
        file: "a.sql",
        line: 2,
        statement: "ALTER TABLE orders ADD COLUMN note text",
        locks: [{ relation: "orders", mode: "ACCESS EXCLUSIVE" }],
        rewrite: "no",
        scan: "no",
      },
      {
        file: "a.sql",
        line: 4,
        statement: "DROP TABLE old_orders",
        locks: [{ relation: "old_orders", mode: "ACCESS EXCLUSIVE" }],
        rewrite: "no",
        scan: "no",
      },
    ]);
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        file: "a.sql",
        line: 4,
        severity: "danger",
        message: expect.any(String),
        suggestion: expect.any(String),
      }),
    );
    expect(cli(["validate", "a.sql", "--exit-code"]).code).toBe(2);
    expect(cli(["validate", "a.sql", "--pg-version", "13"]).code).toBe(3);
  });

  it("refuses what does not parse with file, line and column, in both halves of a file", () => {
    write("migrations/1_both.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\nSELEC 2;\n");
    const run = cli(["validate"]);
    expect(run.code).toBe(1);
    expect(run.out).toContain('migrations/1_both.sql:5:1  syntax error at or near "SELEC"');
    write("migrations/1_both.sql", "SELECT 1;\nBEGIN;\nVACUUM;\nCOMMIT;\n");
    expect(JSON.parse(cli(["validate", "--json"]).out)).toMatchObject({
      ok: false,
      problems: [{ line: 3, column: 1, message: "PostgreSQL refuses this statement inside BEGIN … COMMIT." }],
    });
  });

  it("validates with Flyway's settings beside a script, of the folder and of a named file", () => {
    write("migrations/V1__a.sql", "SELECT 1;\nSAVEPOINT s;\n");
    expect(cli(["validate", "--service", "default"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^2 st/m),
    });
    write("migrations/V1__a.sql.conf", "executeInTransaction=false\n");
    for (const file of [[], ["migrations/V1__a.sql"]])
      expect(cli(["validate", ...file])).toMatchObject({
        code: 1,
        out: expect.stringContaining("V1__a.sql:2:1"),
      });
  });

  it("validates a dump of very many statements", () => {
    write("migrations/1_a.sql", "SELECT 1;\n".repeat(130_000));
    expect(cli(["validate"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("130000 statements in 1 file"),
    });
  }, 300_000);

  it("reads a configuration with a byte order mark, and says which link leads in a circle", () => {
    write("dbmigrator.json", '\uFEFF{ "migrations": "sql" }');
    write("sql/1_a.sql", "SELECT 1;");
    symlinkSync("circle", join(folder, "sql/circle"));
    expect(cli(["list"])).toMatchObject({ code: 0, out: expect.stringContaining("1 migration in") });
    symlinkSync("2_b.sql", join(folder, "sql/2_b.sql"));
    expect(cli(["list"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("2_b.sql cannot be read: its links"),
    });
  });

  it("finds doubled versions in the files alone", () => {
    write("migrations/1_a.sql", "SELECT 1;");
    write("migrations/1_b.sql", "SELECT 1;");
    const run = cli(["check-conflicts", "--json"]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out).conflicts).toMatchObject([{ code: "duplicate_version", filename: "1_b" }]);
    expect(cli(["check-conflicts", "--exit-code"]).code).toBe(2);
  });

  const chinook = corpus("real/chinook/chinook.sql");
  it.skipIf(!chinook)("refuses chinook's psql commands with their line", () => {
    const run = cli(["validate", chinook as string]);
    expect(run.code).toBe(1);
    expect(run.out).toMatch(/chinook\.sql:19:1 {2}DROP DATABASE chinook is not accepted/);
    expect(run.out).toMatch(/chinook\.sql:28:1 {2}\\c is a command of psql/);
  });

  it("writes no colour into a pipe, and stops quietly when nobody reads", () => {
    for (let at = 1; at <= 300; at++)
      write(`migrations/${1000 + at}_a_rather_long_name_of_a_migration_${at}.sql`, "SELECT 1;");
    expect(cli(["list"]).out).not.toContain("\u001b");
    const piped = spawnSync("sh", ["-c", `"${process.execPath}" "${program}" list | head -1`], {
      cwd: folder,
      encoding: "utf8",
      env: environment({}),
    });
    expect(piped.stderr).toBe("");
  });

  it.skipIf(!existsSync("/dev/full"))("says when what it writes finds no room", () => {
    write("migrations/1_first.up.sql", "SELECT 1;");
    const full = spawnSync("sh", ["-c", `"${process.execPath}" "${program}" list > /dev/full`], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(full).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("The output cannot be written"),
    });
  });
});

describe.each([14, 18] as const)("on PostgreSQL %i", (major) => {
  /** What does not depend on the server's version is tried on one. */
  const once = it.runIf(major === 18);
  let database: TestDatabase;
  let variables: Record<string, string>;
  let url: string;

  beforeEach(async () => {
    database = await testDatabase({ major });
    const { host, port, user, database: name, password } = database.spec;
    url = `postgres://${user}@${host}:${port}/${name}`;
    variables = { DB_CONNECTION: url, PGPASSWORD: password ?? "" };
    write(
      "migrations/20260101000000_customers.up.sql",
      "CREATE TABLE customers (id int PRIMARY KEY, email text);",
    );
    write("migrations/20260101000000_customers.down.sql", "DROP TABLE customers;");
    write(
      "migrations/20260102000000_orders.up.sql",
      "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);",
    );
    write("migrations/20260102000000_orders.down.sql", "DROP TABLE orders;");
  });
  afterEach(() => database.drop());

  async function query(sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(sql);
    await client.end();
    return rows;
  }
  const states = () =>
    JSON.parse(cli(["status", "--json"], variables).out).migrations.map(
      (one: { name: string; state: string }) => `${one.name} ${one.state}`,
    );

  once("ends with an error when the folder is missing while the target answers", () => {
    for (const command of ["up", "status"])
      expect(cli([command, "--dir", "nowhere"], variables)).toMatchObject({
        code: 3,
        err: expect.stringContaining("There is no folder"),
      });
  });

  it("goes up and down by steps and to versions, and says where it is", async () => {
    const before = JSON.parse(cli(["status", "--json"], variables).out);
    expect(before).toMatchObject({
      current: null,
      counts: { applied: 0, pending: 2, failed: 0 },
      conflicts: [],
      lock: { status: "free", holder: null },
    });
    expect(before.migrations[0]).toEqual({
      service: "default",
      version: "20260101000000",
      name: "customers",
      filename: "20260101000000_customers",
      state: "pending",
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      appliedAt: null,
      appliedBy: null,
      executionMs: null,
    });
    expect(cli(["status", "--exit-code"], variables).code).toBe(2);
    expect(cli(["up", "--steps", "1"], variables)).toMatchObject({
      code: 0,
      out: expect.stringContaining("applied 20260101000000_customers"),
    });
    expect(states()).toEqual(["customers applied", "orders pending"]);
    expect(cli(["up"], variables).code).toBe(0);
    expect(cli(["status", "--exit-code"], variables).code).toBe(0);
    expect(cli(["up"], variables).out).toContain("Nothing to do");
    const after = JSON.parse(cli(["status", "--json", "--detailed"], variables).out);
    expect(after).toMatchObject({ current: "20260102000000", counts: { applied: 2, pending: 0 } });
    expect(after.migrations[1]).toMatchObject({
      appliedBy: "tester (cli)",
      executionMs: expect.any(Number),
      runId: expect.any(String),
    });
    expect(cli(["down"], variables).code).toBe(0);
    expect(states()).toEqual(["customers applied", "orders pending"]);
    expect(cli(["up", "--to", "20260102000000"], variables).code).toBe(0);
    expect(cli(["down", "--to", "0"], variables).code).toBe(0);
    expect(await query("SELECT to_regclass('customers') AS t")).toEqual([{ t: null }]);
    expect(cli(["up", "--to", "7"], variables)).toMatchObject({
      code: 3,
      err: expect.stringContaining("There is no migration 7"),
    });
  });

  it("says beforehand why not all can be one transaction, with commands that keep the order", async () => {
    write(
      "migrations/20260103000000_index.up.sql",
      "CREATE INDEX CONCURRENTLY orders_i ON orders (customer_id);",
    );
    write("migrations/20260104000000_own.up.sql", "BEGIN;\nSELECT 1;\nCOMMIT;");
    const told = cli(["up", "--single-transaction"], variables);
    expect(told.code).toBe(1);
    expect(told.err).toContain("2 of 4 migrations cannot be part of one transaction; nothing was run.");
    expect(told.err).toContain("No. 3, line 1: 20260103000000_index must run outside of a transaction");
    const { error } = JSON.parse(cli(["up", "--single-transaction", "--json"], variables).out);
    expect(error.details.obstacles).toHaveLength(2);
    const commands = error.details.runs.map((one: { command: string }) => one.command);
    expect(commands).toEqual([
      "dbmigrator up --single-transaction --to 20260102000000_orders",
      "dbmigrator up --to 20260104000000_own",
    ]);
    expect(await query("SELECT to_regclass('customers') AS t")).toEqual([{ t: null }]);
    for (const command of commands) expect(cli(command.split(" ").slice(1), variables).code).toBe(0);
    expect(cli(["status", "--exit-code"], variables).code).toBe(0);
  });

  it("stops at a failing statement, leaves nothing of it, and tells PostgreSQL's words and the line", async () => {
    write(
      "migrations/20260103000000_bad.up.sql",
      "CREATE TABLE half (id int);\nALTER TABLE orders\n  DROP COLUMN nowhere;",
    );
    const run = cli(["up"], variables);
    expect(run.code).toBe(1);
    expect(run.err).toContain("20260103000000_bad failed");
    expect(run.err).toContain('column "nowhere" of relation "orders" does not exist (SQLSTATE 42703)');
    expect(run.err).toContain("line 2");
    expect(states()).toEqual(["customers applied", "orders applied", "bad failed"]);
    expect(await query("SELECT to_regclass('half') AS t")).toEqual([{ t: null }]);
    const json = JSON.parse(cli(["up", "--json"], variables).out);
    expect(json).toMatchObject({ state: "failed", failure: { sqlState: "42703", line: 2 } });
    expect(cli(["recover", "--from-error"], variables).out).toContain("20260103000000_bad");
  });

  once("runs all or nothing on request, and says which file makes that impossible", async () => {
    write("migrations/20260103000000_bad.up.sql", "SELECT 1/0;");
    const failed = cli(["up", "--single-transaction"], variables);
    expect(failed).toMatchObject({
      code: 1,
      err: expect.stringContaining("All or nothing: no migration is applied."),
    });
    expect(await query("SELECT to_regclass('customers') AS t")).toEqual([{ t: null }]);
    write("migrations/20260103000000_bad.up.sql", "CREATE INDEX CONCURRENTLY i ON orders (customer_id);");
    const refused = cli(["up", "--single-transaction"], variables);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("20260103000000_bad");
  });

  once("notices changed and missing files, and repairs only on request", async () => {
    cli(["up"], variables);
    expect(cli(["verify-checksums"], variables)).toMatchObject({
      code: 0,
      out: expect.stringContaining("2 applied scripts as in the files"),
    });
    write(
      "migrations/20260101000000_customers.up.sql",
      "CREATE TABLE customers (id int PRIMARY KEY, email text, x int);",
    );
    expect(cli(["verify-checksums"], variables)).toMatchObject({
      code: 1,
      out: expect.stringContaining("was changed after it was applied"),
    });
    expect(cli(["verify-checksums", "--exit-code"], variables).code).toBe(2);
    expect(JSON.parse(cli(["verify-checksums", "--json"], variables).out)).toMatchObject({
      ok: false,
      mismatches: [{ filename: "20260101000000_customers" }],
    });
    expect(states()).toEqual(["customers changed", "orders applied"]);
    expect(cli(["check-conflicts"], variables).code).toBe(0);
    expect(cli(["check-conflicts", "--exit-code"], variables).code).toBe(2);
    expect(cli(["up"], variables)).toMatchObject({
      code: 1,
      err: expect.stringContaining("was changed after it was applied"),
    });
    expect(cli(["repair"], variables).out).toContain("Nothing was written");
    expect(states()).toEqual(["customers changed", "orders applied"]);
    expect(cli(["repair", "--yes"], variables).code).toBe(0);
    expect(states()).toEqual(["customers applied", "orders applied"]);
    rmSync(join(folder, "migrations/20260102000000_orders.up.sql"));
    rmSync(join(folder, "migrations/20260102000000_orders.down.sql"));
    expect(states()).toEqual(["customers applied", "orders missing"]);
    expect(cli(["down"], variables).code).toBe(0);
    expect(await query("SELECT to_regclass('orders') AS t")).toEqual([{ t: null }]);
  });

  once("does not take a migration back whose down script was never written", () => {
    cli(["create", "later"]);
    const up = readdirSync(join(folder, "migrations")).find((file) =>
      file.endsWith("later.up.sql"),
    ) as string;
    write(`migrations/${up}`, "CREATE TABLE later (id int);");
    cli(["up"], variables);
    expect(cli(["down"], variables)).toMatchObject({
      code: 1,
      err: expect.stringContaining("has no down script"),
    });
  });

  it("tries pending migrations without touching the target", async () => {
    cli(["up", "--steps", "1"], variables);
    write(
      "migrations/20260102000000_orders.up.sql",
      "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);\nALTER TABLE customers ALTER email TYPE bytea USING email::bytea;\nALTER TABLE customers ALTER id SET NOT NULL;",
    );
    const run = cli(["dry-run", "--json"], variables);
    expect(run.err).toBe("");
    const result = JSON.parse(run.out);
    expect(run.code).toBe(0);
    expect(result).toMatchObject({ ok: true, shadow: { kind: "embedded" }, rollback: { reason: "differs" } });
    expect(result.shadow.serverVersion).toMatch(new RegExp(`^${major}\\.`));
    expect(result.statements[1]).toMatchObject({
      migration: "20260102000000_orders",
      line: 2,
      locks: [{ relation: "customers", mode: "ACCESS EXCLUSIVE" }],
      rewrites: ["customers"],
      scans: ["customers"],
      durationMs: expect.any(Number),
      error: null,
      tried: true,
    });
    expect(result.schemaChange).toContain("+ CREATE TABLE public.orders");
    expect(await query("SELECT to_regclass('orders') AS t")).toEqual([{ t: null }]);
    write("migrations/20260102000000_orders.up.sql", "SELECT 1/0;");
    const failing = cli(["up", "--dry-run"], variables);
    expect(failing).toMatchObject({ code: 1, out: expect.stringContaining("division by zero") });
    expect(states()).toEqual(["customers applied", "orders pending"]);
  });

  it("keeps the rows that scripts take away when asked to, and puts them back on the way down", async () => {
    cli(["up"], variables);
    await query("INSERT INTO customers (id, email) VALUES (1, 'a@example.org'), (2, 'b@example.org')");
    write("migrations/20260103000000_cleanup.up.sql", "DELETE FROM customers WHERE id = 1;");
    const up = cli(["up", "--keep-rows", "7"], variables);
    expect(up).toMatchObject({ code: 0, err: expect.stringContaining("1 row of public.customers kept") });
    expect(JSON.parse(cli(["kept-rows", "list", "--json"], variables).out).entries).toMatchObject([
      { kind: "delete", relation: "public.customers", rows: 1, state: "kept" },
    ]);
    expect(cli(["down"], variables)).toMatchObject({
      code: 1,
      err: expect.stringContaining("has no down script"),
    });
    const down = cli(["down", "--put-back"], variables);
    expect(down).toMatchObject({
      code: 0,
      err: expect.stringContaining("1 row of public.customers put back"),
    });
    expect(await query("SELECT count(*)::int AS n FROM customers")).toEqual([{ n: 2 }]);
    expect(cli(["kept-rows", "list"], variables).out).toContain("reverted");
    expect(cli(["kept-rows", "purge"], variables)).toMatchObject({ code: 0, out: "Removed: 0, 0 KiB.\n" });
  });

  once("applies one file: by its name, and any other file once until it changes", async () => {
    expect(cli(["apply", "migrations/20260101000000_customers.up.sql"], variables).code).toBe(0);
    expect(states()).toEqual(["customers applied", "orders pending"]);
    expect(cli(["apply", "migrations/20260101000000_customers.up.sql"], variables).out).toContain(
      "Nothing to do",
    );
    write("extra/seed.sql", "INSERT INTO customers VALUES (1, 'a@example.org');");
    expect(cli(["apply", "extra/seed.sql"], variables)).toMatchObject({ code: 0, err: "" });
    expect(cli(["apply", "extra/seed.sql"], variables).out).toContain("Nothing to do");
    expect(await query("SELECT count(*)::int AS n FROM customers")).toEqual([{ n: 1 }]);
    expect(cli(["apply", "migrations/20260101000000_customers.down.sql"], variables).code).toBe(3);
    expect(cli(["apply", "nowhere.sql"], variables).code).toBe(3);
  });

  once(
    "takes the target from --url, --env and both forms of a connection, and the password from files",
    () => {
      const { host, port, user, password } = database.spec;
      const pairs = `Host=${host};Port=${port};Database=${database.name};Username=${user}`;
      const secret = { PGPASSWORD: password ?? "" };
      expect(cli(["status", "--url", pairs], secret).code).toBe(0);
      expect(cli(["status", "--env", "my-stage"], { ...secret, DB_CONNECTION_MY_STAGE: pairs }).code).toBe(0);
      write("dbmigrator.json", JSON.stringify({ environments: { dev: url, test: { url } } }));
      expect(cli(["status", "--env", "dev"], secret).code).toBe(0);
      expect(cli(["status", "--env", "test"], secret).code).toBe(0);
      const open = cli(["status", "--url", database.url], {});
      expect(open).toMatchObject({ code: 0, err: expect.stringContaining("warning: the password in --url") });
      expect(open.out + open.err).not.toContain(password);
      write("pass", `# comment\nelsewhere:*:*:*:wrong\n${host}:${port}:*:${user}:${password}\n`);
      chmodSync(join(folder, "pass"), 0o644);
      const wide = cli(["status", "--url", url], { PGPASSFILE: join(folder, "pass") });
      expect(wide).toMatchObject({ code: 1, err: expect.stringContaining("chmod 600") });
      chmodSync(join(folder, "pass"), 0o600);
      expect(cli(["status", "--url", url], { PGPASSFILE: join(folder, "pass") }).code).toBe(0);
      const wrong = cli(["status", "--url", url], { PGPASSWORD: "not-the-password" });
      expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("refused the password") });
      expect(wrong.err).not.toContain("not-the-password");
    },
  );

  once("refuses to write where an instance manages the target, unless told to", async () => {
    cli(["up", "--steps", "1"], variables);
    await query("UPDATE dbmigrator.ledger SET managed_by = 'https://dbmigrator.example.org'");
    for (const args of [["up"], ["down"], ["apply", "migrations/20260102000000_orders.up.sql"], ["init"]]) {
      expect(cli(args, variables)).toMatchObject({
        code: 1,
        err: expect.stringContaining("https://dbmigrator.example.org"),
      });
    }
    expect(cli(["status"], variables).code).toBe(0);
    expect(cli(["up", "--allow-managed"], variables).code).toBe(0);
  });

  once("audit verify takes the password from PGPASSWORD, and says when there is no trail", () => {
    const { host, port, user, database: name, password = "" } = database.spec;
    const store = `postgres://${user}@${host}:${port}/${name}`;
    expect(cli(["audit", "verify", "--url", store], { PGPASSWORD: password })).toMatchObject({
      code: 3,
      err: expect.stringContaining(`/${name} is no metadata store`),
    });
  });

  once("waits for another runner, gives up with 4, and then finds nothing to do", async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query("SELECT pg_advisory_lock(4711)");
    write(
      "migrations/20260103000000_slow.up.sql",
      "-- dbmigrator: lock-timeout=5min\nSELECT pg_advisory_xact_lock(4711);",
    );
    const first = spawn(process.execPath, [program, "up"], { cwd: folder, env: environment(variables) });
    const ended = new Promise<number | null>((done) => first.once("exit", done));
    for (;;) {
      const { lock } = JSON.parse(cli(["status", "--json"], variables).out);
      if (lock.status === "held") break;
    }
    const gaveUp = cli(["up", "--timeout", "0.2"], variables);
    expect(gaveUp).toMatchObject({ code: 4, err: expect.stringContaining("Another runner is at work") });
    await holder.end();
    expect(cli(["up"], variables).code).toBe(0);
    expect(await ended).toBe(0);
    expect(
      await query("SELECT count(*)::int AS n FROM dbmigrator.migrations_log WHERE status = 'applied'"),
    ).toEqual([{ n: 3 }]);
  });

  it("records what is there as a baseline, and can build the same schema from it", async () => {
    rmSync(join(folder, "migrations"), { recursive: true });
    await query(
      "CREATE TABLE legacy (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT now()); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    expect(cli(["init", "--baseline"], variables)).toMatchObject({
      code: 0,
      out: expect.stringContaining("recorded"),
    });
    expect(states()).toEqual(["baseline applied"]);
    expect(cli(["up"], variables).out).toContain("Nothing to do");
    const other = await testDatabase({ major });
    expect(cli(["up"], { ...variables, DB_CONNECTION: url.replace(database.name, other.name) }).code).toBe(0);
    await other.drop();
  });

  once(
    "takes a backup before it applies, and brings it back",
    async () => {
      const up = cli(["up", "--with-backup", "--json"], variables);
      const { backup, state } = JSON.parse(up.out) as { backup: string; state: string };
      expect([up.code, state]).toEqual([0, "succeeded"]);
      expect(cli(["backup", "verify", backup]).code).toBe(0);
      expect(cli(["up", "--with-backup"], variables).out).toContain("Nothing to do");
      const listed = JSON.parse(cli(["backup", "list", "--json"]).out) as { backups: { state: string }[] };
      expect(listed.backups.map((one) => one.state)).toEqual(["complete"]);
      const restore = ["backup", "restore", backup];
      expect(cli(restore, variables)).toMatchObject({
        code: 3,
        err: expect.stringContaining(`--yes ${database.name}`),
      });
      const restored = cli([...restore, "--yes", database.name, "--json"], variables);
      const { keptAs } = JSON.parse(restored.out) as { keptAs: string };
      expect([restored.code, keptAs]).toEqual([0, expect.stringContaining(`${database.name}_before_`)]);
      expect(states()).toEqual(["customers pending", "orders pending"]);
      const back = (kept: string, ...more: string[]) => cli(["backup", "put-back", kept, ...more], variables);
      expect(back("postgres", "--yes", database.name)).toMatchObject({
        code: 3,
        err: expect.stringContaining("no database that was kept of"),
      });
      expect(back(keptAs)).toMatchObject({
        code: 3,
        err: expect.stringContaining(`--yes ${database.name}`),
      });
      const put = back(keptAs, "--yes", database.name, "--json");
      const { keptAs: restoredAs } = JSON.parse(put.out) as { keptAs: string };
      expect([put.code, restoredAs]).toEqual([0, expect.stringContaining(`${database.name}_restored_`)]);
      expect(states()).toEqual(["customers applied", "orders applied"]);
      // Somebody dropped the live one: there is nothing to confirm.
      const admin = new pg.Client({ ...database.spec, ssl: false, database: "postgres" });
      await admin.connect();
      await admin.query(`DROP DATABASE ${database.name} WITH (FORCE)`);
      await admin.end();
      expect(back(restoredAs)).toMatchObject({
        code: 0,
        out: expect.stringContaining(`is ${database.name} again`),
      });
      expect(states()).toEqual(["customers pending", "orders pending"]);
    },
    180_000,
  );

  once("names the secret that an encrypted backup needs", () => {
    const secret = { DBMIGRATOR_SECRET: randomBytes(32).toString("base64") };
    const made = cli(["backup", "create", "--encrypt", "--json"], { ...variables, ...secret });
    const { path } = JSON.parse(made.out) as { path: string };
    expect(cli(["backup", "verify", path], secret)).toMatchObject({
      code: 0,
      err: expect.not.stringContaining("could not be checked"),
    });
    // Every byte can be compared without it, and who wrote them cannot.
    expect(cli(["backup", "verify", path])).toMatchObject({
      code: 0,
      err: expect.stringContaining("who wrote it could not be checked"),
    });
    const output = join(folder, "all.sql");
    expect(cli(["backup", "export", path, "--output", output])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/The backup is encrypted.*\n.*the secret of whoever made the backup/),
    });
    // What fails in the middle leaves no file that looks like all of it.
    rmSync(join(path, "post-data.sql.enc"));
    expect(cli(["backup", "export", path, "--output", output], secret).code).toBe(1);
    expect(existsSync(output)).toBe(false);
  });

  const langfuse = corpus("real/langfuse");
  it.skipIf(!langfuse)("applies all of langfuse, and finds it in order afterwards", () => {
    const up = cli(["up", "--dir", langfuse as string], variables);
    expect(up.err).toBe("");
    expect(up.code).toBe(0);
    const status = JSON.parse(cli(["status", "--json", "--dir", langfuse as string], variables).out);
    expect(status.counts).toMatchObject({ applied: 434, pending: 0 });
    expect(cli(["verify-checksums", "--dir", langfuse as string], variables).code).toBe(0);
  });

  const chinook = corpus("real/chinook/chinook.sql");
  it.skipIf(!chinook)("refuses chinook as it is, and runs it once its first lines are gone", async () => {
    const refused = cli(["apply", chinook as string], variables);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining("line 19, column 1: DROP DATABASE chinook is not accepted"),
    });
    const text = readFileSync(chinook as string, "utf8").replace(
      /^(\\c|DROP DATABASE|CREATE DATABASE).*$/gm,
      "",
    );
    write("migrations/20260103000000_chinook.sql", text);
    expect(cli(["up"], variables)).toMatchObject({ code: 0, err: "" });
    expect(await query("SELECT count(*)::int AS n FROM track")).toEqual([{ n: 3503 }]);
  });
});

const pagila = corpus("real/pagila/pagila-schema.sql");
it.skipIf(!pagila)("applies pagila, once the extension that no embedded server has is left out", async () => {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  const whole = readFileSync(pagila as string, "utf8");
  write("pagila.sql", whole);
  const variables = { DB_CONNECTION: database.url };
  expect(cli(["apply", "pagila.sql"], variables)).toMatchObject({
    code: 1,
    err: expect.stringContaining('extension "vector" is not available'),
  });
  const parts = whole.split(/(?=^--\n-- Name: )/m).filter((part) => !/\bvector\b|film_embedding/.test(part));
  write("pagila.sql", parts.join(""));
  expect(cli(["apply", "pagila.sql"], variables)).toMatchObject({ code: 0, err: "" });
  const { rows } = await client.query(
    "SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p')",
  );
  expect(rows[0].n).toBeGreaterThan(20);
  await client.end();
  await database.drop();
});
