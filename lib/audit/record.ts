import type { Actor } from "../access/actor";
import type { Tx } from "../db/client";
import { type EventFields, GENESIS, hashEvent, storableJson, storableText } from "./canonical";
import { noteEvent } from "./chain-head";

/** `in_doubt`: begun, and the process that did it is gone without having said how it ended. */
export type AuditOutcome = "ok" | "denied" | "failed" | "intent" | "in_doubt";
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

/** End of the chain. */
export interface ChainHead {
  seq: bigint;
  hash: Uint8Array;
}

/** Advisory lock that gives sequence numbers and hashes in commit order. */
const CHAIN_LOCK = 7_126_001;
/** An event is a line of a list, not an archive. */
const DETAILS_LIMIT = 64 * 1024;

/**
 * The one writer of audit events. Runs at the end of the transaction of the change: the chain's lock is held from
 * here to the commit, so nothing slow may follow.
 */
export async function recordAudit(tx: Tx, input: AuditInput): Promise<ChainHead> {
  const details = shorten(storableJson(input.details) as object);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`;
  const last = await tx.auditEvent.findFirst({ orderBy: { seq: "desc" }, select: { seq: true, hash: true } });
  const text = (value: string | null | undefined) => (value ? storableText(value) : null);
  const fields = {
    seq: (last?.seq ?? 0n) + 1n,
    at: new Date(),
    actorKind: input.actor.kind,
    actorId: text(input.actor.id),
    actorLabel: storableText(input.actor.label),
    operation: input.operation,
    outcome: input.outcome,
    projectId: input.scope.projectId?.toLowerCase() ?? null,
    environmentId: input.scope.environment?.id.toLowerCase() ?? null,
    resourceType: input.scope.resource.type,
    resourceId: text(input.scope.resource.id),
    resourceLabel: storableText(input.scope.resource.label),
    runId: text(input.runId),
    ip: text(input.actor.ip),
    userAgent: text(input.actor.userAgent),
    details,
  } satisfies EventFields;
  const previousHash = new Uint8Array(last?.hash ?? GENESIS);
  const hash = hashEvent(previousHash, fields);
  await tx.auditEvent.create({ data: { ...fields, previousHash, hash } });
  noteEvent(fields.seq);
  return { seq: fields.seq, hash };
}

function shorten(details: object): object {
  const size = JSON.stringify(details).length;
  return size <= DETAILS_LIMIT
    ? details
    : { shortened: true, bytes: size, keys: Object.keys(details).slice(0, 100) };
}
