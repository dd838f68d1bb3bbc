import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";

const HistoryInput = z.object({
  targetId: z.uuid(),
  text: z.string().trim().max(200).optional(),
  /** `next` of the page before. */
  before: z.iso.datetime().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export interface ExecutionRow {
  id: string;
  sql: string;
  mode: string;
  rows: number | null;
  durationMs: number | null;
  /** PostgreSQL's words without a code, or a failure of ours. */
  error: { code?: string; message: string; details?: Record<string, string | number> } | null;
  at: string;
}

/** What the asker ran on a target, newest first; nobody sees another person's. */
export const sqlHistory = defineOperation({
  name: "sql.history",
  permission: "sql.read",
  input: HistoryInput,
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input }): Promise<{ rows: ExecutionRow[]; next: string | null }> => {
    if (!ctx.actor.userId) return { rows: [], next: null };
    const found = await ctx.db.sqlExecution.findMany({
      where: {
        userId: ctx.actor.userId,
        targetId: input.targetId,
        ...(input.before ? { createdAt: { lt: new Date(input.before) } } : {}),
        ...(input.text ? { sql: { contains: input.text, mode: "insensitive" as const } } : {}),
      },
      orderBy: { createdAt: "desc" },
      take: input.limit + 1,
    });
    const rows = found.slice(0, input.limit).map((row) => ({
      id: row.id,
      sql: row.sql,
      mode: row.mode,
      rows: row.rows,
      durationMs: row.durationMs,
      error: row.error as ExecutionRow["error"],
      at: row.createdAt.toISOString(),
    }));
    return { rows, next: found.length > input.limit ? (rows.at(-1)?.at ?? null) : null };
  },
});
