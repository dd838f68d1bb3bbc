import { z } from "zod";
import type { TargetStatus } from "../../core/plan/types";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";

const StatusInput = z.object({
  project: z.string().min(1).max(100),
  service: z.string().max(100).optional(),
  environment: z.string().max(100).optional(),
});

/** Where a target stands, by the mirror of its ledger. */
export interface TargetState {
  service: string;
  environment: string;
  /** Latest applied version; null: none, or never read. */
  current: string | null;
  counts: { applied: number; pending: number; failed: number; problems: number };
  migrations: {
    filename: string;
    version: string;
    name: string;
    state: string;
    checksum: string;
    appliedAt: string | null;
    appliedBy: string | null;
    executionMs: number | null;
  }[];
  conflicts: { code: string; filename: string; message: string; blocking: boolean }[];
  /** When the ledger was last read; null: never. */
  syncedAt: string | null;
  /** Why it could not be read. */
  error: { code: string; message: string; hint?: string } | null;
}

/** State of a project's targets. */
export const targetStatus = defineOperation({
  name: "target.status",
  permission: "target.read",
  input: StatusInput,
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }): Promise<{ targets: TargetState[] }> => {
    const rows = await ctx.db.target.findMany({
      where: {
        service: { projectId: scope.projectId ?? "", ...(input.service ? { name: input.service } : {}) },
        ...(input.environment ? { environment: { name: input.environment } } : {}),
      },
      orderBy: [{ environment: { position: "asc" } }, { service: { name: "asc" } }],
      include: { service: { select: { name: true } }, environment: { select: { name: true } } },
    });
    return {
      targets: rows.map((row) => {
        const status = row.status as TargetStatus | null;
        return {
          service: row.service.name,
          environment: row.environment.name,
          current: row.currentVersion,
          counts: {
            applied: row.appliedCount,
            pending: row.pendingCount,
            failed: row.failedCount,
            problems: row.problemCount,
          },
          migrations: (status?.migrations ?? []).map(toMigration),
          conflicts: (status?.conflicts ?? []).map(({ code, filename, message, blocking }) => ({
            ...{ code, filename, message, blocking },
          })),
          syncedAt: row.syncedAt?.toISOString() ?? null,
          error: row.syncError as TargetState["error"],
        };
      }),
    };
  },
});

function toMigration(one: TargetStatus["migrations"][number]): TargetState["migrations"][number] {
  const { filename, version, name, state, checksum, appliedAt, appliedBy, executionMs } = one;
  return { filename, version, name, state, checksum, appliedAt, appliedBy, executionMs };
}
