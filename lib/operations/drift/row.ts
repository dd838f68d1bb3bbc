import { driftPolicyOf } from "../../core/policy/drift";
import type { Prisma } from "../../db/generated/client";
import type { DriftRow, DriftState } from "./views";

/** What a row of the list is made of. */
export const ROW_INCLUDE = {
  service: { select: { id: true, name: true, schemas: true } },
  environment: true,
  drift: { include: { report: { omit: { result: true } } } },
} satisfies Prisma.TargetInclude;

type Stored = Prisma.TargetGetPayload<{ include: typeof ROW_INCLUDE }>;

/** A check that nobody answered for so long was lost with its worker. */
const LOST_MS = 30 * 60_000;

export function driftRow(row: Stored): DriftRow {
  const { drift, environment, service } = row;
  const report = drift?.report;
  const { id, name, color, protected: isProtected } = environment;
  const asked = drift?.askedAt?.getTime() ?? 0;
  return {
    targetId: row.id,
    service: { id: service.id, name: service.name },
    environment: { id, name, color, protected: isProtected },
    database: row.database,
    reportId: report?.id ?? null,
    state: (drift?.state ?? null) as DriftState | null,
    checkedAt: drift?.checkedAt?.toISOString() ?? null,
    since: drift?.since?.toISOString() ?? null,
    counts: {
      added: report?.added ?? 0,
      changed: report?.changed ?? 0,
      removed: report?.removed ?? 0,
      ignored: report?.ignored ?? 0,
    },
    reason: (report?.error ?? null) as DriftRow["reason"],
    checking: Date.now() - asked < LOST_MS,
    everyMinutes: driftPolicyOf(environment.driftPolicy, isProtected).everyMinutes,
  };
}
