import { z } from "zod";
import { defineOperation } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { findSnapshot, groupsOf } from "./load";
import type { SchemaView } from "./views";

/** What is known of a target's schema: its folders and how many objects each has, from when, and what is not in it. */
export const getSchema = defineOperation({
  name: "schema.get",
  permission: "target.read",
  input: z.object({ targetId: z.uuid() }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input: { targetId } }): Promise<SchemaView> => {
    const [target, snapshot, lastRun] = await Promise.all([
      ctx.db.target.findUnique({
        where: { id: targetId },
        select: {
          id: true,
          database: true,
          service: { select: { id: true, name: true } },
          environment: { select: { id: true, name: true, color: true, protected: true } },
        },
      }),
      findSnapshot(ctx.db, targetId),
      ctx.db.run.findFirst({
        where: { targetId, finishedAt: { not: null } },
        orderBy: { createdAt: "desc" },
        select: { finishedAt: true },
      }),
    ]);
    if (!target) throw noSuch("target");
    if (!snapshot) return { target, read: null };
    const groups = groupsOf(snapshot);
    const sum = (wanted: typeof groups) => wanted.reduce((all, group) => all + group.count, 0);
    const statistics = snapshot.statistics as { since: string | null; estimated: boolean };
    return {
      target,
      read: {
        at: snapshot.readAt.toISOString(),
        durationMs: snapshot.durationMs,
        serverVersion: snapshot.serverVersion,
        as: snapshot.readAs,
        objects: sum(groups),
        tables: sum(groups.filter((group) => group.group === "tables")),
        groups,
        unsupported: snapshot.unsupported as { what: string; name: string }[],
        unreadable: snapshot.unreadable as { what: string; reason: string }[],
        countedSince: statistics.since,
        estimated: statistics.estimated,
        outdated: (lastRun?.finishedAt ?? snapshot.askedAt) > snapshot.askedAt,
      },
    };
  },
});
