import { performance } from "node:perf_hooks";
import { z } from "zod";
import { outlineOf } from "../../core/outline/outline";
import { DomainError } from "../../errors";
import {
  type ConnectionSpec,
  closeConnection,
  mapConnectError,
  openConnection,
} from "../../postgres/connection/connect";
import { readSnapshot } from "../../postgres/introspect/read-snapshot";
import { readStatistics } from "../../postgres/introspect/statistics";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { targetSpec } from "../target/spec";
import { findSnapshot } from "./load";
import { type ReadSchema, storeSchema } from "./store";

/** Of one statement; a catalog of 10,000 tables takes a few seconds. */
const STATEMENT_MS = 60_000;
/** For objects that somebody has locked exclusively: reading must not wait behind a migration for long. */
const LOCK_MS = 3000;

/** What was asked for once more within so many milliseconds is answered by what was just read. */
const FRESH_MS = 3000;

export interface SchemaRead {
  objects: number;
  durationMs: number;
}

/** Reads the catalog of a target into the copy that the schema pages show. Only names and definitions are read. */
export const readSchema = defineOperation({
  name: "schema.read",
  permission: "target.read",
  input: z.object({ targetId: z.uuid() }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input: { targetId } }): Promise<SchemaRead> => {
    const known = await findSnapshot(ctx.db, targetId);
    if (known && Date.now() - known.readAt.getTime() < FRESH_MS)
      return { objects: 0, durationMs: known.durationMs };
    const say = (phase: string) => ctx.report(JSON.stringify({ phase }));
    say("connect");
    const read = await readTarget(await targetSpec(ctx.db, targetId), ctx.signal, say);
    say("store");
    await storeSchema(ctx.db, targetId, read);
    return { objects: read.outline.objects.length, durationMs: read.durationMs };
  },
});

async function readTarget(
  spec: ConnectionSpec,
  signal: AbortSignal,
  say: (phase: string) => void,
): Promise<ReadSchema> {
  const askedAt = new Date();
  const started = performance.now();
  const client = await openConnection({ ...spec, applicationName: "dbmigrator-schema" });
  const stop = () => void closeConnection(client);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    await client.query(`SET statement_timeout = ${STATEMENT_MS}; SET lock_timeout = ${LOCK_MS}`);
    say("read");
    const snapshot = await readSnapshot(client);
    say("sizes");
    const statistics = await readStatistics(client, snapshot.version);
    const outline = outlineOf(snapshot);
    return { snapshot, outline, statistics, askedAt, durationMs: performance.now() - started };
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, spec);
  } finally {
    signal.removeEventListener("abort", stop);
    await closeConnection(client);
  }
}

/** PostgreSQL's refusals in words; what is not its doing stays what it is. */
function explain(error: unknown, spec: ConnectionSpec): unknown {
  const code = (error as { code?: string }).code ?? "";
  if (code === "55P03") {
    return new DomainError("target", "schema.locked", `Something is locked in ${spec.database}.`, {
      details: { database: spec.database },
      hint: "A migration or a maintenance job is probably at work. Read again when it is done.",
      cause: error,
    });
  }
  if (code === "57014") {
    const seconds = STATEMENT_MS / 1000;
    return new DomainError("target", "schema.slow", `Reading the catalog took longer than ${seconds} s.`, {
      details: { seconds },
      hint: "The server is busy, or its catalogs are bloated. Try again later.",
      cause: error,
    });
  }
  const message = String((error as Error).message);
  if (
    /^(?:08|28|53|57)|^3D000$/.test(code) ||
    /^E[A-Z_]+$/.test(code) ||
    /connection|terminated/i.test(message)
  )
    return mapConnectError(error, spec);
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  return new DomainError(
    "target",
    "schema.refused",
    `The catalog of ${spec.database} could not be read: ${message}`,
    {
      details: { database: spec.database, reason: message, sqlstate: code },
      hint: "The role needs to read the system catalogs; servers that only resemble PostgreSQL may lack some.",
      cause: error,
    },
  );
}
