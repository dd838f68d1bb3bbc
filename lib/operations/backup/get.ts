import { roleIn } from "../../access/check";
import { can } from "../../access/permissions";
import type { BackupEstimate } from "../../core/backup/types";
import type { Db, Tx } from "../../db/client";
import { defineOperation, type Scope } from "../define";
import { rowOfUse, withTarget } from "../restore/row";
import { nameReader } from "../user/names";
import { retentionOf } from "./retained";
import { backupRow, rowColumns } from "./row";
import { backupIdOf, backupRef, backupScope } from "./scope";
import type { BackupDetail, ManifestSummary, UseResult, UseRow } from "./views";

const USES_SHOWN = 30;

/** One backup with what its archive holds, and what was and is done with it. */
export const getBackup = defineOperation({
  name: "backup.get",
  permission: "backup.read",
  input: backupRef,
  audit: "none",
  scope: backupScope,
  run: async ({ ctx, scope }): Promise<BackupDetail> => {
    const id = backupIdOf(scope);
    const row = await ctx.db.backup.findUniqueOrThrow({
      where: { id },
      select: {
        ...rowColumns,
        ...{ manifest: true, estimate: true, cancelAskedAt: true, attempt: true },
        ...{ verified: true, tested: true },
        project: { select: { slug: true, name: true } },
      },
    });
    const uses = await loadUses(ctx.db, id);
    const name = await nameReader(ctx.db, [
      row.createdByLabel,
      ...uses.flatMap((use) => [
        use.createdByLabel,
        ...(use.approvals as { label: string }[]).map(({ label }) => label),
      ]),
    ]);
    const manifest = row.manifest as unknown as ManifestSummary | null;
    const role = await roleIn(ctx.db, ctx.actor, scope.projectId ?? "", scope.environment?.id);
    return {
      ...backupRow(row, name, await keptFor(ctx.db, row), manifest),
      project: row.project,
      manifest,
      estimate: row.estimate as unknown as BackupEstimate | null,
      cancelAskedAt: row.cancelAskedAt?.toISOString() ?? null,
      attempt: row.attempt,
      verifiedResult: row.verified as unknown as UseResult["verify"] | null,
      testedResult: row.tested as unknown as UseResult | null,
      uses: await withoutGone(
        ctx.db,
        uses.map((use) => rowOfUse(use, name)),
      ),
      can: abilities(role, scope),
      viewer: ctx.actor.userId,
    };
  },
});

/** null: no retention applies to it, as it is of no target or not finished. */
async function keptFor(db: Db | Tx, { id, targetId }: { id: string; targetId: string | null }) {
  if (targetId === null) return null;
  return (await retentionOf(db, { targetId })).get(id) ?? null;
}

function loadUses(db: Db, backupId: string) {
  return db.restore.findMany({
    where: { backupId },
    orderBy: { createdAt: "desc" },
    take: USES_SHOWN,
    include: withTarget,
  });
}

/** A backup from before a restore that was deleted since leads nowhere. */
async function withoutGone(db: Db | Tx, uses: UseRow[]): Promise<UseRow[]> {
  const ids = uses.flatMap(({ result }) => result?.freshBackup ?? []);
  if (ids.length === 0) return uses;
  const there = await db.backup.findMany({ where: { id: { in: ids } }, select: { id: true } });
  const known = new Set(there.map(({ id }) => id));
  return uses.map((use) => {
    if (!use.result?.freshBackup || known.has(use.result.freshBackup)) return use;
    const { freshBackup: _, ...result } = use.result;
    return { ...use, result };
  });
}

function abilities(role: Awaited<ReturnType<typeof roleIn>>, scope: Scope): BackupDetail["can"] {
  const isProtected = scope.environment?.protected ?? true;
  return {
    cancel: can(role, "backup.create", isProtected),
    verify: can(role, "backup.verify", isProtected),
    // Into another environment it may be allowed although not here: the wizard knows.
    restore: can(role, "backup.restore", false),
    approve: can(role, "backup.approve", isProtected),
    pin: can(role, "backup.create", isProtected),
    export: can(role, "backup.export", isProtected),
    delete: can(role, "backup.delete", isProtected),
  };
}
