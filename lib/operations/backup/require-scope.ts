import type { BackupScope } from "../../core/backup/types";
import type { Db } from "../../db/client";
import { requireScope } from "../../postgres/backup/inventory";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { targetSpec } from "../target/spec";

/**
 * What is named must be there, so that a slip of the pen is told at once and not by the worker. Where nothing is named,
 * nobody is asked.
 * @throws DomainError not_found backup.scope_missing; those of openConnection
 */
export async function requireScopeOf(db: Db, targetId: string, scope: BackupScope): Promise<void> {
  if (scope.kind === "database" || (scope.kind === "schema_only" && !scope.schemas)) return;
  const client = await openConnection(await targetSpec(db, targetId));
  try {
    await requireScope(client, scope);
  } finally {
    await closeConnection(client);
  }
}
