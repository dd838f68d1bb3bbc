import { z } from "zod";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { listUndo, type PutBack, type UndoKind } from "../../postgres/undo/store";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { targetSpec } from "../target/spec";

/** Rows that a migration took away, as pages and the API show them. */
export interface UndoView {
  id: string;
  /** Number of the deployment whose run kept them; null: not of this instance. */
  deployment: number | null;
  migration: string;
  statement: number;
  kind: UndoKind;
  relation: string;
  columns: string[];
  rows: number;
  bytes: number;
  keptAt: string;
  until: string;
  /** `expired`: past its window, removed by the next chore. */
  state: "kept" | "expired" | "reverted" | "purged";
  /** false: without a key, the rows can be looked at and not be put back by themselves. */
  mergeable: boolean;
  outcome: PutBack | null;
}

/** Rows kept on a target, newest first. @throws DomainError of openConnection */
export const listKeptRows = defineOperation({
  name: "undo.list",
  permission: "deployment.read",
  input: z.object({ targetId: z.uuid() }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input }): Promise<UndoView[]> => {
    const { service } = await ctx.db.target.findUniqueOrThrow({
      where: { id: input.targetId },
      select: { service: { select: { name: true } } },
    });
    const spec = { ...(await targetSpec(ctx.db, input.targetId)), applicationName: "dbmigrator undo" };
    const client = await openConnection(spec, { guardAddresses: true });
    try {
      const entries = await listUndo(client, { service: service.name });
      const runs = await ctx.db.run.findMany({
        where: { id: { in: [...new Set(entries.map(({ runId }) => runId).filter(isUuid))] } },
        select: { id: true, deployment: { select: { number: true } } },
      });
      const numbers = new Map(runs.map((run) => [run.id, run.deployment.number]));
      return entries.map((entry): UndoView => {
        const { id, filename, statement, kind, relation, columns, key, rows, bytes, outcome } = entry;
        const byKey = kind === "drop_column" || kind === "change_type" || kind === "update";
        const expired = entry.state === "kept" && entry.expiresAt.getTime() <= Date.now();
        return {
          deployment: numbers.get(entry.runId) ?? null,
          ...{ id, migration: filename, statement, kind, relation, columns, rows, bytes, outcome },
          ...{ keptAt: entry.keptAt.toISOString(), until: entry.expiresAt.toISOString() },
          state: expired ? "expired" : entry.state,
          mergeable: !byKey || key.length > 0,
        };
      });
    } finally {
      await closeConnection(client);
    }
  },
});

/** The command line gives its runs names of its own. */
function isUuid(text: string): boolean {
  return z.uuid().safeParse(text).success;
}
