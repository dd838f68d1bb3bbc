import type { LedgerRow } from "../../core/plan/types";
import type { Db } from "../../db/client";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { listUndo, type UndoEntry } from "../../postgres/undo/store";
import { targetSpec } from "../target/spec";

/** What of a target's kept rows can still be put back: of the run that applied each migration, and within its window. */
export async function keptEntries(
  db: Db,
  targetId: string,
  service: string,
  ledger: readonly LedgerRow[],
): Promise<UndoEntry[]> {
  const runs = new Map(
    ledger
      .filter((row) => row.service === service && row.status === "applied")
      .map((row) => [row.filename, row.runId]),
  );
  const client = await openConnection(
    { ...(await targetSpec(db, targetId)), applicationName: "dbmigrator undo" },
    { guardAddresses: true },
  );
  try {
    const entries = await listUndo(client, { kept: true, service });
    return entries.filter((entry) => runs.get(entry.filename) === entry.runId);
  } finally {
    await closeConnection(client);
  }
}

/** File names of the migrations whose rows can be put back. */
export async function keptMigrations(
  db: Db,
  targetId: string,
  service: string,
  ledger: readonly LedgerRow[],
): Promise<Set<string>> {
  const entries = await keptEntries(db, targetId, service, ledger);
  return new Set(entries.map(({ filename }) => filename));
}
