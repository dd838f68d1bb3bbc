import { z } from "zod";
import { roleForEnvironments } from "../../access/check";
import { can } from "../../access/permissions";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { openAdmin } from "../../postgres/backup/admin-session";
import { keptKind } from "../../postgres/backup/restore/names";
import { closeConnection } from "../../postgres/connection/connect";
import { KEEPS_DATABASE } from "../backup/retained";
import { defineOperation } from "../define";
import type { EnvironmentView } from "../deployment/views";
import { scopeOfSlug } from "../project/find";
import { groupBy } from "../run/group-by";
import { targetSpec } from "../target/spec";

/** A database that is kept of a restore: the one from before, or the restored one that was put away for it. */
export interface KeptDatabase {
  useId: string;
  /** Of which the restore was. */
  backupId: string;
  service: string;
  environment: EnvironmentView;
  /** The live name. */
  database: string;
  kept: string;
  kind: "before" | "restored";
  /** Removed then; null: when somebody removes it. */
  until: string | null;
  /** Since when it is no longer the live one, as far as its restore tells. */
  since: string | null;
  mayRestore: boolean;
}

/** What restores of a project keep, those that go first first. */
export const listKeptDatabases = defineOperation({
  name: "restore.list_kept",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<KeptDatabase[]> => {
    const projectId = scope.projectId ?? "";
    const rows = await ctx.db.restore.findMany({
      where: { projectId, ...KEEPS_DATABASE },
      orderBy: [{ keptUntil: { sort: "asc", nulls: "last" } }, { createdAt: "asc" }],
      select: {
        ...{
          id: true,
          backupId: true,
          database: true,
          keptDatabase: true,
          keptUntil: true,
          finishedAt: true,
        },
        target: {
          select: {
            service: { select: { name: true } },
            environment: { select: { id: true, name: true, color: true, protected: true } },
          },
        },
      },
    });
    const roleAt = await roleForEnvironments(ctx.db, ctx.actor, projectId);
    return rows.flatMap(({ target, database, keptDatabase, ...row }) => {
      if (!target || !database || !keptDatabase) return [];
      const { environment, service } = target;
      return {
        ...{ useId: row.id, backupId: row.backupId, service: service.name, environment, database },
        ...{ kept: keptDatabase, kind: keptKind(keptDatabase) },
        until: row.keptUntil?.toISOString() ?? null,
        since: row.finishedAt?.toISOString() ?? null,
        mayRestore: can(roleAt(environment.id), "backup.restore", environment.protected),
      };
    });
  },
});

/**
 * How large each of them is on its server, by the id of its restore; 0: it is not there any more. One whose server does
 * not answer, or does not tell it, is left out.
 */
export const getKeptSizes = defineOperation({
  name: "restore.kept_sizes",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<Record<string, number>> => {
    const rows = await ctx.db.restore.findMany({
      where: { projectId: scope.projectId ?? "", ...KEEPS_DATABASE },
      select: { id: true, targetId: true, keptDatabase: true },
    });
    const kept = rows.map(({ id, targetId, keptDatabase }) => ({
      ...{ id, targetId: targetId ?? "", name: keptDatabase ?? "" },
    }));
    const found = await Promise.all(
      [...groupBy(kept, ({ targetId }) => targetId)].map(([targetId, some]) =>
        sizesAt(ctx.db, targetId, some).catch((error: unknown) => {
          if (error instanceof DomainError) return [];
          throw error;
        }),
      ),
    );
    return Object.fromEntries(found.flat());
  },
});

async function sizesAt(
  db: Db,
  targetId: string,
  kept: readonly { id: string; name: string }[],
): Promise<[string, number][]> {
  const admin = await openAdmin(await targetSpec(db, targetId), []);
  try {
    const { rows } = await admin.query<{ name: string; bytes: number | null }>(
      `SELECT datname::text AS name,
              CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid)::float8 END AS bytes
         FROM pg_database WHERE datname = ANY ($1)`,
      [kept.map(({ name }) => name)],
    );
    const sizes = new Map(rows.map(({ name, bytes }) => [name, bytes]));
    return kept.flatMap(({ id, name }): [string, number][] => {
      const bytes = sizes.has(name) ? sizes.get(name) : 0;
      return typeof bytes === "number" ? [[id, bytes]] : [];
    });
  } finally {
    await closeConnection(admin);
  }
}
