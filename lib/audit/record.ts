import { createHash } from "node:crypto";
import type { Actor } from "../access/actor";
import type { Tx } from "../db/client";

export type AuditOutcome = "ok" | "denied" | "failed" | "intent";
export type AuditDetails = Record<string, unknown>;

export interface AuditInput {
  actor: Actor;
  operation: string;
  scope: {
    projectId: string | null;
    environment?: { id: string };
    resource: { type: string; id: string | null; label: string };
  };
  outcome: AuditOutcome;
  details: AuditDetails;
  runId?: string;
}

/** Advisory lock that gives sequence numbers and hashes in commit order. */
const CHAIN_LOCK = 7_126_001;

/** What the hash of an event covers, as one canonical text. Dates as ISO, bigints as decimal, keys sorted. */
export function canonicalEvent(event: Record<string, unknown>): string {
  return JSON.stringify(sortKeys(event));
}

function sortKeys(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sortKeys(v)]));
  }
  return value;
}

/** The one writer of audit events. Runs in the transaction of the change; the chain's lock is held to its end. */
export async function recordAudit(tx: Tx, input: AuditInput): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`;
  const last = await tx.auditEvent.findFirst({ orderBy: { seq: "desc" }, select: { seq: true, hash: true } });
  const fields = {
    seq: (last?.seq ?? 0n) + 1n,
    at: new Date(),
    actorKind: input.actor.kind,
    actorId: input.actor.id,
    actorLabel: input.actor.label,
    operation: input.operation,
    outcome: input.outcome,
    projectId: input.scope.projectId,
    environmentId: input.scope.environment?.id ?? null,
    resourceType: input.scope.resource.type,
    resourceId: input.scope.resource.id,
    resourceLabel: input.scope.resource.label,
    runId: input.runId ?? null,
    ip: input.actor.ip ?? null,
    userAgent: input.actor.userAgent ?? null,
    details: JSON.parse(canonicalEvent(input.details)) as object,
  };
  const previousHash = last?.hash ?? new Uint8Array(32);
  const hash = createHash("sha256").update(previousHash).update(canonicalEvent(fields)).digest();
  await tx.auditEvent.create({ data: { ...fields, previousHash: new Uint8Array(previousHash), hash: new Uint8Array(hash) } });
}
