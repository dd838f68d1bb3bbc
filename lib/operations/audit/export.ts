import { z } from "zod";
import { csvLine } from "../../audit/csv";
import { type AuditFilter, conditionsOf } from "../../audit/filter";
import { readEvents } from "../../audit/read";
import { db as store } from "../../db/client";
import { defineOperation, instanceScope } from "../define";
import { type AuditRow, auditFilterFields, auditScope, toAuditRow } from "./list";

export interface AuditExport {
  fileName: string;
  contentType: string;
  /** The file piece by piece; reads as it is read. */
  chunks: AsyncIterable<string>;
}

const format = z.enum(["csv", "json"]);

/** Events of a project as a file, the oldest first. That it was taken away is an event itself. */
export const exportAudit = defineOperation({
  name: "audit.export",
  permission: "audit.read",
  input: z.object({ slug: z.string(), format, ...auditFilterFields }),
  audit: "change",
  scope: ({ db, input: { slug } }) => auditScope(db, slug),
  async run({ ctx, input: { slug, format, ...filter }, scope }): Promise<AuditExport> {
    ctx.note({ format, filter });
    return exportOf(slug, format, { projectId: scope.projectId, ...filter });
  },
});

/** Events of the whole instance as a file. */
export const exportInstanceAudit = defineOperation({
  name: "audit.export_instance",
  permission: "instance_admin",
  input: z.object({ format, ...auditFilterFields }),
  audit: "change",
  scope: () => instanceScope("audit", "audit"),
  async run({ ctx, input: { format, ...filter } }): Promise<AuditExport> {
    ctx.note({ format, filter });
    return exportOf("instance", format, { projectId: null, ...filter });
  },
});

function exportOf(name: string, format: "csv" | "json", filter: AuditFilter): AuditExport {
  return {
    fileName: `audit-${name}-${new Date().toISOString().slice(0, 10)}.${format}`,
    contentType: format === "csv" ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
    chunks: format === "csv" ? csvChunks(filter) : jsonChunks(filter),
  };
}

const BATCH = 1000;

async function* batches(filter: AuditFilter): AsyncGenerator<AuditRow[]> {
  const db = store();
  const conditions = await conditionsOf(db, filter);
  let after = 0n;
  for (;;) {
    const { events, searched } = await readEvents(db, conditions, { after }, BATCH);
    if (events.length > 0) yield events.map(toAuditRow);
    if (events.length < BATCH && !searched) return;
    after = searched?.stoppedAt ?? events.at(-1)?.seq ?? after;
  }
}

const HEADER = [
  "seq",
  "at",
  "actor_kind",
  "actor",
  "operation",
  "outcome",
  "resource_type",
  "resource",
  "resource_id",
  "project_id",
  "environment_id",
  "run_id",
  "ip",
  "user_agent",
  "details",
  "hash",
];

async function* csvChunks(filter: AuditFilter): AsyncGenerator<string> {
  yield csvLine(HEADER);
  for await (const rows of batches(filter)) yield rows.map((row) => csvLine(cellsOf(row))).join("");
}

function cellsOf(row: AuditRow): (string | null)[] {
  const { actor, resource } = row;
  const details = Object.keys(row.details).length === 0 ? "" : JSON.stringify(row.details);
  return [
    row.seq,
    row.at,
    actor.kind,
    actor.label,
    row.operation,
    row.outcome,
    resource.type,
    resource.label,
    resource.id,
    row.projectId,
    row.environmentId,
    row.runId,
    row.ip,
    row.userAgent,
    details,
    row.hash,
  ];
}

async function* jsonChunks(filter: AuditFilter): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const rows of batches(filter)) {
    yield separator + rows.map((row) => JSON.stringify(row)).join(",\n");
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}
