import type { ReadProgress, RestoreProgress, TableName } from "../../core/backup/types";
import type { Prisma } from "../../db/generated/client";
import { keptKind } from "../../postgres/backup/restore/names";
import type { StoredFailure, UseMode, UseResult, UseRow, UseState } from "../backup/views";
import type { PersonView } from "../deployment/views";

export const withTarget = {
  target: {
    select: {
      service: { select: { name: true } },
      environment: { select: { id: true, name: true, color: true, protected: true } },
    },
  },
} as const satisfies Prisma.RestoreInclude;

export type UseRecord = Prisma.RestoreGetPayload<{ include: typeof withTarget }>;

export interface StoredApproval {
  id: string;
  label: string;
  at: string;
}

/** Something that is done with an archive, as pages show it. */
export function rowOfUse(row: UseRecord, name: (person: PersonView) => PersonView): UseRow {
  const { startedAt, finishedAt } = row;
  const given = row.approvals as unknown as StoredApproval[];
  return {
    id: row.id,
    backupId: row.backupId,
    mode: row.mode as UseMode,
    state: row.state as UseState,
    service: row.target?.service.name ?? null,
    environment: row.target?.environment ?? null,
    tables: row.tables.map((one) => tableText(JSON.parse(one) as TableName)),
    database: row.database,
    keptDatabase: row.keptDatabase,
    keptKind: row.keptDatabase === null ? null : keptKind(row.keptDatabase),
    keptUntil: row.keptUntil?.toISOString() ?? null,
    keptDroppedAt: row.keptDroppedAt?.toISOString() ?? null,
    approvals: {
      needed: row.approvalsNeeded,
      given: given.map((one) => ({ ...one, label: name(one).label })),
    },
    reason: row.reason,
    createdBy: name({ id: row.createdBy ?? "", label: row.createdByLabel }),
    createdAt: row.createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    durationMs: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
    progress:
      row.state === "running" ? (row.progress as unknown as ReadProgress | RestoreProgress | null) : null,
    result: row.result as unknown as UseResult | null,
    error: row.error as unknown as StoredFailure | null,
    cancelAskedAt: row.cancelAskedAt?.toISOString() ?? null,
  };
}

function tableText({ schema, name }: TableName): string {
  return `${schema}.${name}`;
}
