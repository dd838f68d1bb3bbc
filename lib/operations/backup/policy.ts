import { z } from "zod";
import { roleForEnvironments } from "../../access/check";
import { can } from "../../access/permissions";
import { type BackupPolicy, completeBackupPolicy } from "../../core/policy/backup-policy";
import { defineOperation } from "../define";
import { scopeOfEnvironment, scopeOfSlug } from "../project/find";
import { retentionOf } from "./retained";
import type { EnvironmentPolicyView } from "./views";

const count = (max: number) => z.number().int().min(0).max(max).optional();

/** BackupPolicy of lib/core/policy. */
export const BackupPolicyInput = z
  .object({
    beforeDeployment: z.enum(["always", "when_risky", "never"]).optional(),
    testRestore: z.boolean().optional(),
    keepLast: z.number().int().min(1).max(1000).optional(),
    keepDaily: count(366),
    keepWeekly: count(260),
    keepMonthly: count(120),
    overdueHours: z.number().int().min(1).max(8784).optional(),
    restoreApprovals: count(10),
    keepReplacedDays: z.number().int().min(1).max(90).optional(),
  })
  .strict();

/** Changes what an environment demands of backups. */
export const updateBackupPolicy = defineOperation({
  name: "backup.policy",
  permission: "backup.configure",
  input: z.object({ environmentId: z.uuid(), policy: BackupPolicyInput }),
  audit: "change",
  scope: ({ db, input }) => scopeOfEnvironment(db, input.environmentId),
  run: async ({ ctx, input: { environmentId, policy } }) => {
    const before = await ctx.db.environment.findUniqueOrThrow({ where: { id: environmentId } });
    await ctx.db.environment.update({ where: { id: environmentId }, data: { backupPolicy: policy } });
    ctx.note({ before: before.backupPolicy, after: policy });
    return { id: environmentId };
  },
});

/** What would go at once with another retention, and does not with the present one. */
export const previewRetention = defineOperation({
  name: "backup.policy_preview",
  permission: "backup.read",
  input: z.object({
    environmentId: z.uuid(),
    limits: BackupPolicyInput.pick({ keepLast: true, keepDaily: true, keepWeekly: true, keepMonthly: true }),
  }),
  audit: "none",
  scope: ({ db, input }) => scopeOfEnvironment(db, input.environmentId),
  run: async ({ ctx, input: { environmentId, limits } }): Promise<{ backups: number; bytes: number }> => {
    const where = { environmentId, targetId: { not: null } };
    const [now, then] = await Promise.all([
      retentionOf(ctx.db, where),
      retentionOf(ctx.db, where, limits as BackupPolicy),
    ]);
    const ids = [...then].filter(([id, why]) => why.length === 0 && now.get(id)?.length).map(([id]) => id);
    const { _sum } = await ctx.db.backup.aggregate({
      where: { id: { in: ids } },
      _sum: { fileSizeBytes: true },
    });
    return { backups: ids.length, bytes: Number(_sum.fileSizeBytes ?? 0) };
  },
});

/** The policy of every environment, defaults filled in. */
export const listBackupPolicies = defineOperation({
  name: "backup.policies",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<EnvironmentPolicyView[]> => {
    const projectId = scope.projectId ?? "";
    const rows = await ctx.db.environment.findMany({
      where: { projectId },
      orderBy: { position: "asc" },
      select: { id: true, name: true, color: true, protected: true, backupPolicy: true },
    });
    const roleAt = await roleForEnvironments(ctx.db, ctx.actor, projectId);
    return rows.map(({ backupPolicy, ...environment }) => ({
      environment,
      policy: completeBackupPolicy(backupPolicy as BackupPolicy, environment.protected),
      mayChange: can(roleAt(environment.id), "backup.configure", environment.protected),
    }));
  },
});
