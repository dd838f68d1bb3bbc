import type { LedgerRow } from "../../core/plan/types";
import type { Db } from "../../db/client";
import { type ConnectionSpec, openConnection } from "../../postgres/connection/connect";
import { readLedger } from "../../postgres/ledger/ledger";
import { targetSpec } from "../target/spec";

/** The ledger of a target as it is now, of every service that it holds. @throws DomainError of openConnection */
export async function readTargetLedger(db: Db, targetId: string): Promise<LedgerRow[]> {
  return readLedgerAt(await targetSpec(db, targetId));
}

/** @see readTargetLedger */
export async function readLedgerAt(spec: ConnectionSpec): Promise<LedgerRow[]> {
  const client = await openConnection(
    { ...spec, applicationName: "dbmigrator ledger" },
    { guardAddresses: true },
  );
  try {
    return await readLedger(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
