import type { Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import { DomainError, keepFailure } from "../../errors";
import { enqueue } from "../../queue/queue";
import { defineOperation, type Scope } from "../define";
import { approversAmong } from "../deployment/approval-count";
import { personName } from "../deployment/person-name";
import type { StoredApproval } from "./row";
import { archiveUseRef, scopeOfUse } from "./scope";

/** Approves a restore that replaces a database; whoever asked for it does not approve it. */
export const approveRestore = defineOperation({
  name: "restore.approve",
  permission: "backup.approve",
  input: archiveUseRef,
  audit: "change",
  scope: scopeOfUse,
  run: async ({ ctx, input, scope }) => {
    await ctx.db.$queryRaw`SELECT id FROM restore WHERE id = ${input.useId}::uuid FOR UPDATE`;
    const row = await ctx.db.restore.findUniqueOrThrow({ where: { id: input.useId } });
    if (row.state !== "awaiting_approval") throw notInState(row.state);
    const { userId, label, kind } = ctx.actor;
    if (kind !== "user" || userId === null) {
      throw new DomainError("forbidden", "access.person_only", "Only a person who is signed in can approve.");
    }
    if (row.createdBy === userId) {
      throw new DomainError("forbidden", "restore.own", "Somebody else has to approve what you asked for.");
    }
    const stored = (row.approvals as unknown as StoredApproval[]).filter((one) => one.id !== userId);
    const holding = await stillApproving(ctx.db, scope, stored);
    const approvals = [...holding, { id: userId, label, at: new Date().toISOString() }];
    const complete = approvals.length >= row.approvalsNeeded;
    await ctx.db.restore.update({
      where: { id: row.id },
      data: {
        approvals: approvals as unknown as Prisma.InputJsonValue,
        ...(complete ? { state: "queued" } : {}),
      },
    });
    if (complete) await enqueue(ctx.db, "backup.use", { useId: row.id });
    ctx.note({
      given: approvals.length,
      needed: row.approvalsNeeded,
      mode: row.mode,
      database: row.database,
    });
    return { state: complete ? "queued" : "awaiting_approval", given: approvals.length };
  },
});

/** A role that was taken away since takes its approval along. */
async function stillApproving(tx: Tx, scope: Scope, given: StoredApproval[]): Promise<StoredApproval[]> {
  const { projectId, environment } = scope;
  if (projectId === null || !environment) return [];
  const ids = given.map((one) => one.id);
  const approvers = await approversAmong(tx, { projectId, environment }, ids);
  return given.filter((one) => approvers.has(one.id));
}

/** Cancels a restore, a test or a verification: what waits never starts, what runs is stopped and undone. */
export const cancelUse = defineOperation({
  name: "restore.cancel",
  permission: "backup.verify",
  input: archiveUseRef,
  audit: "change",
  scope: scopeOfUse,
  run: async ({ ctx, input }): Promise<{ state: "cancelled" | "running" }> => {
    const { useId: id } = input;
    const now = new Date();
    const data = { state: "cancelled", finishedAt: now, cancelAskedAt: now };
    const { createdBy } = await ctx.db.restore.findUniqueOrThrow({ where: { id } });
    const own = ctx.actor.userId !== null && ctx.actor.userId === createdBy;
    const error = { ...keepFailure(notApproved(await personName(ctx.db, ctx.actor), own)) };
    const asked = await ctx.db.restore.updateMany({
      where: { id, state: "awaiting_approval" },
      data: { ...data, error },
    });
    const waiting = await ctx.db.restore.updateMany({ where: { id, state: "queued" }, data });
    if (asked.count + waiting.count > 0) return { state: "cancelled" };
    const { count } = await ctx.db.restore.updateMany({
      where: { id, state: "running" },
      data: { cancelAskedAt: now },
    });
    if (count === 0) throw notInState("finished");
    return { state: "running" };
  },
});

/** Kept with the request: whoever asked sees who ended it. */
function notApproved(by: string, own: boolean): DomainError {
  return new DomainError(
    "conflict",
    own ? "restore.withdrawn" : "restore.refused",
    `${by} ${own ? "withdrew" : "refused"} it before it began. Nothing was changed.`,
    { details: { by } },
  );
}

function notInState(state: string): DomainError {
  return new DomainError("conflict", "restore.state", "This is not waiting or at work any more.", {
    details: { state },
    hint: "Load the page again to see where it stands now.",
  });
}
