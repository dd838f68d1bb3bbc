import type { auditFilterFields } from "@/lib/operations/audit/list";
import { AUDIT_OUTCOMES } from "@/lib/operations/audit/list";

/** Entities of operation names; a filter on one takes all its verbs. */
export const ENTITIES = [
  "deployment",
  "run",
  "migration",
  "backup",
  "restore",
  "schedule",
  "storage",
  "undo",
  "drift",
  "comparison",
  "baseline",
  "schema",
  "sql",
  "target",
  "environment",
  "service",
  "project",
  "member",
  "invitation",
  "token",
  "user",
  "session",
  "audit",
] as const;

type Raw = Record<string, string | string[] | undefined>;
export type AuditQuery = Partial<Record<keyof typeof auditFilterFields | "before", string>>;

const PLAIN = ["actor", "operation", "resourceType", "resource", "environmentId", "before"] as const;

/** The filter of an address; what makes no sense is left out, so that an edited link still opens the page. */
export function readAuditQuery(raw: Raw): AuditQuery {
  const text = (name: string) => {
    const value = raw[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  const query: AuditQuery = {};
  for (const name of PLAIN) {
    const value = text(name);
    if (value !== undefined) query[name] = value.slice(0, 200);
  }
  const outcome = text("outcome");
  if ((AUDIT_OUTCOMES as readonly string[]).includes(outcome ?? "")) query.outcome = outcome as string;
  for (const name of ["from", "to"] as const) {
    const value = text(name);
    if (value && !Number.isNaN(new Date(value).getTime())) query[name] = value;
  }
  if (query.before && !/^\d{1,19}$/.test(query.before)) delete query.before;
  if (query.operation && !/^[a-z_]+(\.[a-z_]*)?$/.test(query.operation)) delete query.operation;
  if (query.resourceType && !/^[a-z_]+$/.test(query.resourceType)) delete query.resourceType;
  if (query.environmentId && !/^[0-9a-f-]{36}$/.test(query.environmentId)) delete query.environmentId;
  return query;
}

/** What the operations take: days become instants, `to` includes its day. */
export function toAuditInput({ from, to, ...rest }: AuditQuery): Record<string, string> {
  const day = (value: string, days: number) =>
    new Date(new Date(value).getTime() + days * 86_400_000).toISOString();
  return {
    ...(rest as Record<string, string>),
    ...(from ? { from: from.length > 10 ? new Date(from).toISOString() : day(from, 0) } : {}),
    ...(to ? { to: to.length > 10 ? new Date(to).toISOString() : day(to, 1) } : {}),
  };
}

/** The same address with some parts of the filter changed; a changed filter begins at the first page. */
export function auditHref(path: string, query: AuditQuery, changes: AuditQuery = {}): string {
  const { before: _, ...kept } = query;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...kept, ...changes })) if (value) params.set(name, value);
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}
