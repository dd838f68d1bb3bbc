import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readCheckpointFiles } from "../../audit/checkpoint-file";
import { type Verification, verifyChain } from "../../audit/verify";
import { env, setEnv } from "../../env";
import { DomainError } from "../../errors";
import { describeSpec } from "../../postgres/connection/connection-spec";
import { parseConnectionString } from "../../postgres/connection/connection-string";
import { count, paint, print, printJson } from "../output";
import { openTarget, withPassword } from "../target";

interface AuditVerifyOptions {
  url?: string;
  data?: string;
  json?: boolean;
  format?: string;
}

/**
 * Checks an instance's trail from outside of it: straight at the metadata store, against the checkpoints of the
 * data folder, with the key that signed them.
 */
export async function auditVerify(options: AuditVerifyOptions): Promise<number> {
  const folder = resolve(options.data ?? env().DBMIGRATOR_DATA ?? ".dbmigrator");
  const text = async (name: string) => (await readFile(join(folder, name), "utf8").catch(() => "")).trim();
  const secret = env().DBMIGRATOR_SECRET ?? (await text("secret"));
  if (secret) setEnv({ DBMIGRATOR_SECRET: secret });
  const url =
    options.url ??
    env().DATABASE_URL ??
    embeddedUrl(await text("postgres/port"), await text("postgres/password"));
  if (!url) {
    throw new DomainError("validation", "cli.no_store", "It is not known where the metadata store is.", {
      hint: "Give --url, set DATABASE_URL, or give the data folder of a running instance with --data.",
    });
  }
  const { client, spec } = await openTarget(withPassword(parseConnectionString(url)));
  try {
    const result = await verifyChain(
      async (sql, values) => (await client.query<Record<string, unknown>>(sql, values)).rows,
      { file: await readCheckpointFiles(folder) },
    );
    if (options.json || options.format === "json") printJson(asJson(result));
    else show(result);
    return result.ok ? 0 : 1;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "42P01") throw error;
    throw new DomainError("validation", "cli.no_store", `${describeSpec(spec)} is no metadata store.`, {
      hint: "Give the address of the instance's own database with --url.",
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The server that an instance on this machine brought along. */
function embeddedUrl(port: string, password: string): string | null {
  return port && password
    ? `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/dbmigrator`
    : null;
}

function asJson({ ok, checked, head, checkpoints, broken }: Verification) {
  return {
    ok,
    checked,
    head: head && { seq: head.seq.toString(), hash: Buffer.from(head.hash).toString("hex") },
    checkpoints,
    broken: broken && { ...broken, seq: broken.seq.toString() },
  };
}

/** What keeps a trail that looks whole from being proven whole. */
function doubtsOf({ file, damagedLines }: Verification["checkpoints"]): string[] {
  return [
    ...(file === 0
      ? ["No checkpoint was read from outside of the store: what was cut off at the end may go unnoticed."]
      : []),
    ...(damagedLines > 0 ? [`${count(damagedLines, "line")} of the files outside cannot be read.`] : []),
  ];
}

function show({ ok, checked, head, checkpoints, broken }: Verification): void {
  const compared = `${count(checkpoints.table, "checkpoint")} in the store and ${checkpoints.file} outside of it`;
  if (ok) {
    print(
      `${paint.green("✓")} ${count(checked, "event")} as recorded, up to ${head?.seq ?? 0n}; compared with ${compared}.`,
    );
    for (const doubt of doubtsOf(checkpoints)) print(`${paint.yellow("!")} ${doubt}`);
    return;
  }
  print(`${paint.red("✕")} The chain is broken at event ${broken?.seq}: ${broken?.kind.replace("_", " ")}.`);
  print(`  ${broken?.found}`);
  print(paint.faint(`  ${count(checked, "event")} before it in order; compared with ${compared}.`));
}
