import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type EventFields, GENESIS, hashEvent } from "../lib/audit/canonical";
import { verifyChain } from "../lib/audit/verify";
import { setEnv } from "../lib/env";
import { migrateMetadata } from "../lib/server/metadata";
import { newDatabase, report, withServer } from "./measure";

/** `audit verify` of a trail of 1,000,000 events against reading the same rows in the same stretches without hashing. */
const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const STRETCH = 5000;

function eventOf(n: number): EventFields {
  return {
    ...{ seq: BigInt(n), at: new Date(1_767_225_600_000 + n * 1000), actorKind: "user", actorId: "bench" },
    ...{ actorLabel: "bench@example.org", operation: "migration.update", outcome: "ok", projectId: null },
    ...{
      environmentId: null,
      resourceType: "migration",
      resourceId: String(n),
      resourceLabel: `change_${n}`,
    },
    ...{
      runId: null,
      ip: "192.0.2.1",
      userAgent: "bench",
      details: { revision: n % 7, before: "a", after: "b" },
    },
  };
}

/** A valid chain as COPY takes it. */
function* chain(): Generator<string> {
  let previous: Uint8Array = GENESIS;
  for (let n = 1; n <= EVENTS; n++) {
    const event = eventOf(n);
    const hash = hashEvent(previous, event);
    const hex = (bytes: Uint8Array) => `\\\\x${Buffer.from(bytes).toString("hex")}`;
    yield `${n}\t${event.at.toISOString()}\tuser\tbench\tbench@example.org\tmigration.update\tok\tmigration\t${n}\tchange_${n}\t192.0.2.1\tbench\t${JSON.stringify(event.details)}\t${hex(previous)}\t${hex(hash)}\n`;
    previous = hash;
  }
}

await withServer(async (server) => {
  const spec = await newDatabase(server);
  const url = `postgres://${spec.user}:${encodeURIComponent(spec.password ?? "")}@${spec.host}:${spec.port}/${spec.database}`;
  setEnv({ DATABASE_URL: url, DBMIGRATOR_SECRET: randomBytes(32).toString("base64") });
  await migrateMetadata(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const columns =
    "seq, at, actor_kind, actor_id, actor_label, operation, outcome, resource_type, resource_id, resource_label, ip, user_agent, details, previous_hash, hash";
  await pipeline(Readable.from(chain()), client.query(copyFrom(`COPY audit_event (${columns}) FROM STDIN`)));
  await client.query("VACUUM ANALYZE audit_event");
  const plain: number[] = [];
  const verified: number[] = [];
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    for (let seq = 0; seq < EVENTS; seq += STRETCH)
      await client.query("SELECT * FROM audit_event WHERE seq > $1 ORDER BY seq LIMIT $2", [seq, STRETCH]);
    plain.push(performance.now() - start);
    const between = performance.now();
    const result = await verifyChain(async (sql, values) => (await client.query(sql, values)).rows, {
      file: { checkpoints: [], damaged: 0 },
    });
    verified.push(performance.now() - between);
    if (!result.ok || result.checked !== EVENTS) throw new Error(`not a good chain: ${result.broken?.found}`);
  }
  report(`verifying ${EVENTS} events against reading them`, verified, plain);
  console.log(`  memory: ${Math.round(process.memoryUsage().rss / 1048576)} MB`);
  await client.end();
});
