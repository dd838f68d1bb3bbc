import { z } from "zod";
import type { TargetSettings } from "../../core/policy/types";
import type { Prisma } from "../../db/generated/client";
import { defineOperation } from "../define";
import { noSuch, scopeOfSlug, scopeOfTarget } from "../project/find";
import type { ProbeResult } from "./probe";
import type { TargetDetail } from "./views";

const parts = {
  service: { select: { id: true, name: true } },
  environment: { select: { id: true, name: true, color: true, protected: true, position: true } },
} as const;

type Row = Prisma.TargetGetPayload<{ include: typeof parts }>;

export const getTarget = defineOperation({
  name: "target.get",
  permission: "target.read",
  input: z.object({ targetId: z.uuid() }),
  audit: "none",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  async run({ ctx, input: { targetId } }): Promise<TargetDetail> {
    const row = await ctx.db.target.findUnique({ where: { id: targetId }, include: parts });
    if (!row) throw noSuch("target");
    return toDetail(row);
  },
});

/** The targets of a project, by environment and service. */
export const listTargets = defineOperation({
  name: "target.list",
  permission: "target.read",
  input: z.object({ slug: z.string() }),
  audit: "none",
  scope: ({ db, input: { slug } }) => scopeOfSlug(db, slug),
  async run({ ctx, input: { slug } }): Promise<TargetDetail[]> {
    const rows = await ctx.db.target.findMany({
      where: { service: { project: { slug } } },
      include: parts,
      orderBy: [{ environment: { position: "asc" } }, { service: { name: "asc" } }],
    });
    return rows.map(toDetail);
  },
});

function toDetail(row: Row): TargetDetail {
  const { id: environmentId, name, color, protected: isProtected } = row.environment;
  return {
    id: row.id,
    service: row.service,
    environment: { id: environmentId, name, color, protected: isProtected },
    host: row.host,
    port: row.port,
    database: row.database,
    username: row.username,
    hasPassword: row.password !== null,
    tlsMode: row.tlsMode,
    caCertificate: row.caCertificate,
    settings: row.settings as TargetSettings,
    probe: row.probe as ProbeResult | null,
    probedAt: row.probedAt?.toISOString() ?? null,
    currentVersion: row.currentVersion,
    appliedCount: row.appliedCount,
    pendingCount: row.pendingCount,
    failedCount: row.failedCount,
    problemCount: row.problemCount,
    syncedAt: row.syncedAt?.toISOString() ?? null,
    syncError: row.syncError as TargetDetail["syncError"],
  };
}
