import pg from "pg";
import { DomainError } from "../../errors";
import { type DumpEntry, KNOWS_LZ4, splitDump, withoutLz4 } from "../dump/text";
import type { ShadowNote } from "./choice";
import type { TargetTraits } from "./traits";

/** Never copied: they would let a script that is only tried reach other servers, or they exist once a server. */
const LEFT_OUT = new Set(["USER MAPPING", "SUBSCRIPTION", "EXTENSION"]);

/** What only a superuser or another role may make; a copy without them still shows what a script does to tables. */
const MAY_FAIL = new Set([
  "ACL",
  "DEFAULT ACL",
  "COMMENT",
  "EVENT TRIGGER",
  "PUBLICATION",
  "PUBLICATION TABLE",
  "PUBLICATION TABLES IN SCHEMA",
  "PROCEDURAL LANGUAGE",
  "FOREIGN DATA WRAPPER",
  "SERVER",
  "FOREIGN TABLE",
  "CAST",
  "TRANSFORM",
  "ACCESS METHOD",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
]);

/** One statement's locks stay until its transaction ends; a larger batch could exhaust max_locks_per_transaction. */
const BATCH = 250;

/**
 * Replays a plain-text dump as the role of `client`, which then owns everything.
 * @returns what could not be copied
 * @throws DomainError shadow.restore_failed when a table, type, function … cannot be made
 */
export async function restoreSchema(client: pg.Client, dump: string, major: number): Promise<ShadowNote[]> {
  const { header, entries } = splitDump(dump, major);
  const { rows } = await client.query<{ names: string[]; lz4: boolean }>(
    `SELECT array_agg(nspname::text) AS names, ${KNOWS_LZ4} AS lz4 FROM pg_namespace`,
  );
  const { names: schemas = [], lz4 = true } = rows[0] ?? {};
  const wanted = entries
    .filter(
      (entry) =>
        !LEFT_OUT.has(entry.type) &&
        !isExtensionComment(entry) &&
        !(entry.type === "SCHEMA" && schemas.includes(entry.name)),
    )
    .map((entry) => (lz4 ? entry : withoutLz4(entry)));
  const notes: ShadowNote[] = [];
  await client.query(header);
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    try {
      await client.query(batch.map((entry) => entry.sql).join("\n"));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      notes.push(...(await restoreOneByOne(client, batch)));
    }
  }
  return notes;
}

async function restoreOneByOne(client: pg.Client, entries: DumpEntry[]): Promise<ShadowNote[]> {
  const notes: ShadowNote[] = [];
  for (const entry of entries) {
    try {
      await client.query(entry.sql);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (!mayFail(entry, error)) throw restoreFailed(entry, error);
      notes.push({
        code: "not_copied",
        params: { type: entry.type.toLowerCase(), name: entry.name, reason: error.message },
        message: `Not copied: ${entry.type.toLowerCase()} ${entry.name} (${error.message}).`,
      });
    }
  }
  return notes;
}

function mayFail(entry: DumpEntry, error: pg.DatabaseError): boolean {
  if (MAY_FAIL.has(entry.type)) return true;
  // Functions in C or an untrusted language, LEAKPROOF functions: 42501; a language that is not there: 42704.
  return (
    ["FUNCTION", "PROCEDURE", "AGGREGATE"].includes(entry.type) &&
    /^(42501|42704|58P01)$/.test(error.code ?? "")
  );
}

function isExtensionComment(entry: DumpEntry): boolean {
  return entry.type === "COMMENT" && entry.name.startsWith("EXTENSION ");
}

function restoreFailed(entry: DumpEntry, error: pg.DatabaseError): DomainError {
  return new DomainError(
    "target",
    "shadow.restore_failed",
    `The scratch copy could not be made: ${entry.type.toLowerCase()} ${entry.name}: ${error.message}`,
    {
      details: { type: entry.type, name: entry.name, sqlState: error.code, reason: error.message },
      hint: "Let the scratch copy be made on the target's own server (setting of the target), whose extensions and roles are the same.",
      cause: error,
    },
  );
}

/**
 * Extensions are made by the administrator of the scratch server, with our own statements: nothing that comes from
 * the target or a script runs with more rights than the copy's owner has.
 * @param owner role that owns the copy, and so the schemas made here
 */
export async function installExtensions(
  admin: pg.Client,
  traits: Pick<TargetTraits, "extensions">,
  owner: string,
): Promise<ShadowNote[]> {
  const notes: ShadowNote[] = [];
  for (const { name, schema, version } of traits.extensions) {
    try {
      if (!["public", "pg_catalog"].includes(schema)) {
        await admin.query(
          `CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)} AUTHORIZATION ${pg.escapeIdentifier(owner)}`,
        );
      }
      await admin.query(
        `CREATE EXTENSION IF NOT EXISTS ${pg.escapeIdentifier(name)} SCHEMA ${pg.escapeIdentifier(schema)} CASCADE`,
      );
      const { rows } = await admin.query<{ version: string }>(
        "SELECT extversion AS version FROM pg_extension WHERE extname = $1",
        [name],
      );
      const got = rows[0]?.version ?? version;
      if (got !== version) notes.push(otherVersion(name, version, got));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      notes.push({
        code: "extension_missing",
        params: { extension: name, reason: error.message },
        message: `The extension ${name} is not in the scratch copy (${error.message}).`,
      });
    }
  }
  return notes;
}

function otherVersion(extension: string, target: string, scratch: string): ShadowNote {
  return {
    code: "extension_version",
    params: { extension, target, scratch },
    message: `The extension ${extension} has version ${target} in the target and ${scratch} in the scratch copy.`,
  };
}
