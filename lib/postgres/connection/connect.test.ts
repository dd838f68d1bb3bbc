import { createServer } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigrations } from "../../core/migration/layouts";
import { makeCertificate, type TestCertificate } from "../../testing/certificate";
import { type TestDatabase, testDatabase, testServer } from "../../testing/postgres";
import { startTlsProxy } from "../../testing/tls-proxy";
import { startTransactionPooler } from "../../testing/transaction-pooler";
import { runMigrations } from "../runner/runner";
import {
  type ConnectionSpec,
  type ConnectOptions,
  closeConnection,
  isForbiddenAddress,
  openConnection,
  probeTarget,
  serverMajor,
} from "./connect";

let database: TestDatabase;
let admin: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** Code of the failure; the connection is closed when there is none. */
async function codeOf(change: Partial<ConnectionSpec>, options?: ConnectOptions): Promise<string> {
  try {
    await closeConnection(await openConnection({ ...database.spec, ...change }, options));
    return "connected";
  } catch (error) {
    expect(error).toMatchObject({ kind: "target", hint: expect.any(String) });
    return (error as { code: string }).code;
  }
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("openConnection", () => {
  it("connects by name and by address", async () => {
    expect(await codeOf({})).toBe("connected");
    expect(await codeOf({ host: "localhost" })).toBe("connected");
  });

  it("says what is wrong with who and what", async () => {
    expect(await codeOf({ password: "wrong" })).toBe("target.password_refused");
    expect(await codeOf({ database: "nowhere" })).toBe("target.no_database");
    const name = database.spec.database;
    await admin.query("CREATE ROLE kept_out LOGIN PASSWORD 'kept out'");
    await admin.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
    expect(await codeOf({ user: "kept_out", password: "kept out" })).toBe("target.no_connect");
    await admin.query(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC`);
    await admin.query("DROP ROLE kept_out");
    const { password: _, ...without } = database.spec;
    await expect(openConnection(without)).rejects.toMatchObject({ code: "target.password_missing" });
  });

  it("says what is wrong with where", async () => {
    expect(await codeOf({ port: await closedPort() })).toBe("target.away");
    expect(await codeOf({ host: "no-such-host.invalid" })).toBe("target.unknown_host");
  });

  it("gives up on a server that says nothing, and tells one that speaks something else", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    const web = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    }).listen(0, "127.0.0.1");
    await Promise.all(
      [silent, web].map((server) => new Promise((resolve) => server.once("listening", resolve))),
    );
    const portOf = (server: typeof silent) => (server.address() as { port: number }).port;
    expect(await codeOf({ port: portOf(silent) }, { connectTimeoutMs: 300 })).toBe("target.timeout");
    expect(await codeOf({ port: portOf(web), tls: "require" })).toBe("target.not_postgres");
    expect(["target.not_postgres", "target.connection_lost"]).toContain(await codeOf({ port: portOf(web) }));
    silent.close();
    web.close();
  });

  it("refuses a server that is too old, with its version", async () => {
    const { spec } = await testServer(13);
    await expect(openConnection(spec)).rejects.toMatchObject({
      code: "target.too_old",
      details: { version: expect.stringMatching(/^13\./), oldest: 14 },
    });
    const client = await openConnection((await testServer(14)).spec);
    expect(serverMajor(client)).toBe(14);
    await closeConnection(client);
  });

  it("tells a role's limit of connections", async () => {
    await admin.query("CREATE ROLE limited LOGIN PASSWORD 'x' CONNECTION LIMIT 1");
    const first = await openConnection({ ...database.spec, user: "limited", password: "x" });
    expect(await codeOf({ user: "limited", password: "x" })).toBe("target.too_many_connections");
    await closeConnection(first);
    await admin.query("DROP ROLE limited");
  });

  it("takes nothing from the environment of this process", async () => {
    const before = {
      PGOPTIONS: process.env.PGOPTIONS,
      PGPASSWORD: process.env.PGPASSWORD,
      PGSSLMODE: process.env.PGSSLMODE,
    };
    Object.assign(process.env, { PGOPTIONS: "-c search_path=stolen", PGPASSWORD: "x", PGSSLMODE: "require" });
    try {
      const client = await openConnection(database.spec);
      const { rows } = await client.query("SHOW search_path");
      await closeConnection(client);
      expect(rows[0].search_path).not.toContain("stolen");
      const { password: _, ...without } = database.spec;
      await expect(openConnection(without)).rejects.toMatchObject({ code: "target.password_missing" });
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  it("does not show a password in any error", async () => {
    const secret = "s3cret-in-no-error";
    for (const change of [
      { password: secret },
      { password: secret, port: 1 },
      { password: secret, host: "no-such-host.invalid" },
    ]) {
      const error = await openConnection({ ...database.spec, ...change }).catch((one: unknown) => one);
      expect(JSON.stringify([error, String(error), (error as { details: unknown }).details])).not.toContain(
        secret,
      );
    }
  });
});

describe("addresses that no target may have", () => {
  it.each([
    ...[
      "169.254.169.254",
      "169.254.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "100.100.100.200",
      "168.63.129.16",
    ],
    ...[
      "fe80::1",
      "fe80::1%eth0",
      "fd00:ec2::254",
      "::",
      "::ffff:169.254.169.254",
      "::ffff:a9fe:a9fe",
      "::ffff:0:169.254.169.254",
      "::169.254.169.254",
    ],
    ...[
      "64:ff9b::169.254.169.254",
      "2002:a9fe:a9fe::1",
      "ff02::1",
      "0:0:0:0:0:ffff:a9fe:a9fe",
      "not an address",
    ],
  ])("%s", (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "::1",
    "10.0.0.5",
    "192.168.1.1",
    "fd12:3456::1",
    "8.8.8.8",
    "2001:db8::1",
    "::ffff:10.0.0.1",
  ])("but %s may be one", (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
  });

  it("are refused before anything is sent, when guarded", async () => {
    const options = { guardAddresses: true, connectTimeoutMs: 500 };
    expect(await codeOf({ host: "169.254.169.254" }, options)).toBe("target.forbidden_address");
    expect(await codeOf({ host: "::ffff:169.254.169.254" }, options)).toBe("target.forbidden_address");
    expect(await codeOf({ host: "/var/run/postgresql" }, options)).toBe("target.forbidden_address");
    // Forms of the same address that only the resolver understands.
    expect(["target.forbidden_address", "target.unknown_host"]).toContain(
      await codeOf({ host: "0xA9FEA9FE" }, options),
    );
    expect(["target.forbidden_address", "target.unknown_host"]).toContain(
      await codeOf({ host: "2852039166" }, options),
    );
    expect(await codeOf({ host: "localhost" }, options)).toBe("connected");
  });
});

describe("TLS", () => {
  const day = 86_400_000;
  const at = (days: number) => new Date(Date.now() + days * day);
  const make = (host: string, from: number, to: number) =>
    makeCertificate({ host, from: at(from), to: at(to) });

  async function through(certificate: TestCertificate, change: Partial<ConnectionSpec>) {
    const proxy = await startTlsProxy(database.spec, certificate);
    try {
      return { code: await codeOf({ port: proxy.port, host: "localhost", ...change }), names: proxy.names };
    } finally {
      proxy.stop();
    }
  }

  it("is checked against the name, although the connection goes to an address", async () => {
    const good = make("localhost", -1, 30);
    expect(await through(good, { tls: "verify-full", ca: good.cert })).toEqual({
      code: "connected",
      names: ["localhost"],
    });
    const other = make("db.example.org", -1, 30);
    expect((await through(other, { tls: "verify-full", ca: other.cert })).code).toBe(
      "target.certificate_wrong_host",
    );
    expect((await through(other, { tls: "verify-ca", ca: other.cert })).code).toBe("connected");
  });

  it("tells an expired certificate, one of the future and one of an unknown authority", async () => {
    const expired = make("localhost", -30, -1);
    expect((await through(expired, { tls: "verify-full", ca: expired.cert })).code).toBe(
      "target.certificate_expired",
    );
    const future = make("localhost", 2, 30);
    expect((await through(future, { tls: "verify-full", ca: future.cert })).code).toBe(
      "target.certificate_not_yet_valid",
    );
    expect((await through(make("localhost", -1, 30), { tls: "verify-full" })).code).toBe(
      "target.certificate_unknown",
    );
    expect((await through(expired, { tls: "require" })).code).toBe("connected");
  });

  it("is not given up silently when the server has none", async () => {
    expect(await codeOf({ tls: "require" })).toBe("target.tls_refused");
  });
});

describe("probeTarget", () => {
  it("says what kind of place it is", async () => {
    const probe = await probeTarget(database.spec);
    expect(probe).toMatchObject({
      ...{
        version: expect.stringMatching(/^18\./),
        pooler: false,
        readOnly: false,
        standby: false,
        superuser: true,
        tls: false,
      },
      ...{ canCreateDatabase: true, canCreateLedger: true, managedBy: null, timeZone: expect.any(String) },
      extensions: [{ name: "plpgsql", version: "1.0" }],
    });
    expect(probe.latencyMs).toBeGreaterThan(0);
    expect(probe.sizeBytes).toBeGreaterThan(1_000_000);
  });

  it("works for a role without rights", async () => {
    await admin.query("CREATE ROLE plain LOGIN PASSWORD 'x'");
    const probe = await probeTarget({ ...database.spec, user: "plain", password: "x" });
    expect(probe).toMatchObject({ superuser: false, canCreateDatabase: false, canCreateLedger: false });
    await admin.query("DROP ROLE plain");
  });

  it.each([
    { size: 2, order: "last_used" as const },
    { size: 3, order: "last_used" as const },
    { size: 2, order: "in_turn" as const },
    { size: 4, order: "in_turn" as const },
  ])("notices a transaction pooler by what it does: $size sessions, $order", async (options) => {
    const pooler = await startTransactionPooler(database.spec, options);
    const spec = { ...database.spec, port: pooler.port };
    expect((await probeTarget(spec)).pooler).toBe(true);
    const { migrations } = readMigrations([
      { path: "1_a.sql", content: "CREATE TABLE through_pooler (id int)" },
    ]);
    const run = runMigrations({
      spec,
      steps: migrations.map((migration) => ({ migration, direction: "up" })),
      appliedBy: "test",
    });
    await expect(run).rejects.toMatchObject({
      code: "target.pooler",
      hint: expect.stringContaining("direct"),
    });
    await pooler.stop();
    const found = await admin.query(
      "SELECT to_regclass('through_pooler') AS found, to_regnamespace('dbmigrator') AS ledger",
    );
    expect(found.rows[0]).toEqual({ found: null, ledger: null });
  });

  it("a read-only target is told, and nothing is run there", async () => {
    await admin.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    expect(await probeTarget(database.spec)).toMatchObject({ readOnly: true, standby: false });
    const { migrations } = readMigrations([{ path: "1_a.sql", content: "SELECT 1" }]);
    const run = runMigrations({
      spec: database.spec,
      steps: migrations.map((migration) => ({ migration, direction: "up" })),
      appliedBy: "test",
    });
    await expect(run).rejects.toMatchObject({ code: "target.read_only" });
    await admin.query(`ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
  });
});
