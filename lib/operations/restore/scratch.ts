import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import {
  type ConnectionSpec,
  closeConnection,
  openConnection,
  serverMajor,
} from "../../postgres/connection/connect";
import type { ManifestSummary } from "../backup/views";
import { shadowServer } from "../target/shadow-server";
import { targetSpec } from "../target/spec";

/**
 * Where an archive is tried: the server that is there for scratch copies when it is new enough and has the
 * extensions, so that a production server gets no extra database; else the server that the backup is of.
 * @throws DomainError precondition `restore.no_scratch`
 */
export async function scratchFor(
  db: Db,
  backup: { targetId: string | null; manifest: unknown },
): Promise<ConnectionSpec> {
  const { embedded } = shadowServer();
  const manifest = backup.manifest as ManifestSummary | null;
  if (embedded && (!manifest || (await fits(embedded, manifest)))) return embedded;
  if (backup.targetId) return targetSpec(db, backup.targetId);
  throw new DomainError("precondition", "restore.no_scratch", "There is no server to try this backup on.", {
    hint: "It needs a server of the same or a newer major version with the same extensions.",
  });
}

async function fits(spec: ConnectionSpec, manifest: ManifestSummary): Promise<boolean> {
  const client = await openConnection(spec);
  try {
    if (serverMajor(client) < Number.parseInt(manifest.server, 10)) return false;
    const wanted = manifest.extensions.map((one) => one.split(" ")[0] ?? "");
    const { rows } = await client.query<{ missing: boolean }>(
      `SELECT EXISTS (SELECT FROM unnest($1::text[]) AS name
         WHERE name NOT IN (SELECT name::text FROM pg_catalog.pg_available_extensions)) AS missing`,
      [wanted],
    );
    return rows[0]?.missing === false;
  } finally {
    await closeConnection(client);
  }
}
