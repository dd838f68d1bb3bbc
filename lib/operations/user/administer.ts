import { z } from "zod";
import type { Actor } from "../../access/actor";
import type { Db, Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation, instanceScope, type Scope } from "../define";
import { noSuch } from "../project/find";
import { endSessions } from "../session/revoke";

/** Serialises changes to who administers the instance: two must not each remove the other's last one. */
const ADMINS_LOCK = 7_126_004;

async function userScope(db: Db, userId: string): Promise<Scope> {
  const user = await db.user.findUnique({ where: { id: userId }, select: { email: true } });
  if (!user) throw noSuch("user");
  return instanceScope("user", user.email, userId);
}

function requireOther(actor: Actor, userId: string): void {
  if (actor.userId !== userId) return;
  throw new DomainError("conflict", "user.yourself", "You cannot do this to your own account.", {
    hint: "Ask another administrator of the instance.",
  });
}

async function requireAnAdminRemains(tx: Tx): Promise<void> {
  const left = await tx.user.count({ where: { instanceAdmin: true, disabledAt: null } });
  if (left > 0) return;
  throw new DomainError(
    "conflict",
    "user.last_admin",
    "The instance would be left without an administrator.",
    {
      hint: "Make somebody else an administrator first.",
    },
  );
}

/** Locks an account out or lets it in again; locking out ends its sessions, and its tokens stop working. */
export const setUserDisabled = defineOperation({
  name: "user.set_disabled",
  permission: "instance_admin",
  input: z.object({ userId: z.uuid(), disabled: z.boolean() }),
  audit: "change",
  scope: ({ db, input: { userId } }) => userScope(db, userId),
  async run({ ctx, input: { userId, disabled } }) {
    requireOther(ctx.actor, userId);
    await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(${ADMINS_LOCK})`;
    await ctx.db.user.update({
      where: { id: userId },
      data: disabled ? { disabledAt: new Date(), sessionVersion: { increment: 1 } } : { disabledAt: null },
    });
    await requireAnAdminRemains(ctx.db);
    const endedSessions = disabled ? await endSessions(ctx.db, userId) : 0;
    ctx.note({ disabled, endedSessions });
  },
});

/** Makes somebody an administrator of the instance, or no longer. */
export const setInstanceAdmin = defineOperation({
  name: "user.set_instance_admin",
  permission: "instance_admin",
  input: z.object({ userId: z.uuid(), instanceAdmin: z.boolean() }),
  audit: "change",
  scope: ({ db, input: { userId } }) => userScope(db, userId),
  async run({ ctx, input: { userId, instanceAdmin } }) {
    requireOther(ctx.actor, userId);
    await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(${ADMINS_LOCK})`;
    await ctx.db.user.update({ where: { id: userId }, data: { instanceAdmin } });
    await requireAnAdminRemains(ctx.db);
    ctx.note({ instanceAdmin });
  },
});

/** Ends every session of somebody. */
export const endUserSessions = defineOperation({
  name: "user.end_sessions",
  permission: "instance_admin",
  input: z.object({ userId: z.uuid() }),
  audit: "change",
  scope: ({ db, input: { userId } }) => userScope(db, userId),
  async run({ ctx, input: { userId } }) {
    await ctx.db.user.update({ where: { id: userId }, data: { sessionVersion: { increment: 1 } } });
    const endedSessions = await endSessions(ctx.db, userId);
    ctx.note({ endedSessions });
    return { endedSessions };
  },
});

/** Turns one-time codes off for somebody who lost their device, and ends their sessions. */
export const resetUserTotp = defineOperation({
  name: "user.reset_totp",
  permission: "instance_admin",
  input: z.object({ userId: z.uuid() }),
  audit: "change",
  scope: ({ db, input: { userId } }) => userScope(db, userId),
  async run({ ctx, input: { userId } }) {
    requireOther(ctx.actor, userId);
    await ctx.db.user.update({
      where: { id: userId },
      data: { totpSecret: null, totpLastStep: null, sessionVersion: { increment: 1 } },
    });
    ctx.note({ endedSessions: await endSessions(ctx.db, userId) });
  },
});
