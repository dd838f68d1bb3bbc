import { z } from "zod";
import { type AuditFilter, conditionsOf } from "../../audit/filter";
import { readEvents } from "../../audit/read";
import type { Db } from "../../db/client";
import type { AuditEvent } from "../../db/generated/client";
import { defineOperation, instanceScope, type Scope } from "../define";
import { scopeOfSlug } from "../project/find";

export const AUDIT_OUTCOMES = ["ok", "denied", "failed", "intent", "in_doubt"] as const;

const Instant = z.iso.datetime({ offset: true });
const Text = z.string().trim().min(1).max(200);

/** Filters of lists and exports. */
export const auditFilterFields = {
  /** Part of a person's name or e-mail, or of a token's name. */
  actor: Text.optional(),
  /** "deployment.approve", or the beginning of it: "deployment." */
  operation: z
    .string()
    .regex(/^[a-z_]+(\.[a-z_]*)?$/)
    .max(80)
    .optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  resourceType: z
    .string()
    .regex(/^[a-z_]+$/)
    .max(40)
    .optional(),
  resource: Text.optional(),
  environmentId: z.uuid().optional(),
  from: Instant.optional(),
  to: Instant.optional(),
};

export interface AuditRow {
  /** Decimal; position in the chain. */
  seq: string;
  at: string;
  actor: { kind: string; id: string | null; label: string };
  operation: string;
  outcome: (typeof AUDIT_OUTCOMES)[number];
  projectId: string | null;
  environmentId: string | null;
  resource: { type: string; id: string | null; label: string };
  runId: string | null;
  ip: string | null;
  userAgent: string | null;
  details: Record<string, unknown>;
  /** Hex. */
  hash: string;
}

const PAGE = 50;

/** Events of a project, the latest first; the next page begins below `before`. */
export const listAudit = defineOperation({
  name: "audit.list",
  permission: "audit.read",
  input: z.object({
    slug: z.string(),
    before: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
    ...auditFilterFields,
  }),
  audit: "none",
  scope: ({ db, input: { slug } }) => auditScope(db, slug),
  async run({ ctx, input: { slug: _, before, ...filter }, scope }): Promise<AuditPage> {
    return readPage(ctx.db, { projectId: scope.projectId, ...filter }, before);
  },
});

/** Events of the whole instance. */
export const listInstanceAudit = defineOperation({
  name: "audit.list_instance",
  permission: "instance_admin",
  input: z.object({
    before: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
    ...auditFilterFields,
  }),
  audit: "none",
  scope: () => instanceScope("audit", "audit"),
  async run({ ctx, input: { before, ...filter } }): Promise<AuditPage> {
    return readPage(ctx.db, { projectId: null, ...filter }, before);
  },
});

export interface AuditPage {
  events: AuditRow[];
  /** `before` of the next page. */
  next: string | null;
  /** How many events were looked at when the search went no further; the next page goes on. */
  searched?: number;
}

async function readPage(db: Db, filter: AuditFilter, before: string | undefined): Promise<AuditPage> {
  const place = { before: before === undefined ? null : BigInt(before) };
  const read = await readEvents(db, await conditionsOf(db, filter), place, PAGE + 1);
  const events = read.events.slice(0, PAGE).map(toAuditRow);
  if (read.searched) {
    return { events, next: read.searched.stoppedAt.toString(), searched: read.searched.count };
  }
  return { events, next: read.events.length > PAGE ? (events.at(-1)?.seq ?? null) : null };
}

/** The trail of a project. */
export async function auditScope(db: Db, slug: string): Promise<Scope> {
  const scope = await scopeOfSlug(db, slug);
  return { ...scope, resource: { ...scope.resource, type: "audit" } };
}

export function toAuditRow(row: AuditEvent): AuditRow {
  return {
    seq: row.seq.toString(),
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, label: row.actorLabel },
    operation: row.operation,
    outcome: AUDIT_OUTCOMES.find((outcome) => outcome === row.outcome) ?? "in_doubt",
    projectId: row.projectId,
    environmentId: row.environmentId,
    resource: { type: row.resourceType, id: row.resourceId, label: row.resourceLabel },
    runId: row.runId,
    ip: row.ip,
    userAgent: row.userAgent,
    details: row.details as Record<string, unknown>,
    hash: Buffer.from(row.hash).toString("hex"),
  };
}
