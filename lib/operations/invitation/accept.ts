import { z } from "zod";
import type { Actor } from "../../access/actor";
import { hashToken } from "../../access/one-time-token";
import { hashPassword } from "../../access/password";
import { countAttempt } from "../../access/rate-limit";
import type { Db, Tx } from "../../db/client";
import type { Invitation } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { defineOperation, instanceScope } from "../define";
import { LINK_LIMIT } from "../session/limits";
import { NewPassword, PersonName } from "../user/fields";
import { acceptInvitations, stillInvites } from "./pending";

const Token = z.string().min(20).max(100);

/** What the page behind an invitation's link shows. */
export interface InvitationView {
  email: string;
  role: string;
  project: { name: string; slug: string };
  /** There is an account for the address: its owner signs in and joins. */
  hasAccount: boolean;
  /** The reader is that person. */
  isReader: boolean;
}

export const readInvitation = defineOperation({
  name: "invitation.read",
  permission: "public",
  input: z.object({ token: Token }),
  audit: "none",
  scope: () => instanceScope("invitation", "invitation"),
  prepare: ({ db, actor }) => limitLinks(db, actor),
  async run({ ctx, input: { token } }): Promise<InvitationView> {
    const invitation = await findUsable(ctx.db, token);
    const project = await ctx.db.project.findUniqueOrThrow({ where: { id: invitation.projectId } });
    const user = await ctx.db.user.findUnique({ where: { email: invitation.email } });
    return {
      email: invitation.email,
      role: invitation.role,
      project: { name: project.name, slug: project.slug },
      hasAccount: user !== null,
      isReader: user !== null && user.id === ctx.actor.userId && ctx.actor.kind === "user",
    };
  },
});

/**
 * Joins the project of an invitation: with a new account and its password, or with the account that the address
 * has already, whose owner must be signed in.
 * @throws DomainError not_found `invitation.not_usable`; unauthenticated `invitation.sign_in_first`; validation
 */
export const acceptInvitation = defineOperation({
  name: "invitation.accept",
  permission: "public",
  input: z.object({ token: Token, name: PersonName.optional(), password: NewPassword.optional() }),
  audit: "change",
  async scope({ db, input: { token } }) {
    const row = await db.invitation.findUnique({ where: { tokenHash: hashToken(token) } });
    const resource = { type: "invitation", id: row?.id ?? null, label: row?.email ?? "unknown" };
    return { projectId: row?.projectId ?? null, resource };
  },
  async prepare({ db, input: { password }, actor }) {
    await limitLinks(db, actor);
    return password === undefined ? null : hashPassword(password);
  },
  async run({ ctx, input: { token, name }, prepared: passwordHash }) {
    const invitation = await findUsable(ctx.db, token);
    const taken = await ctx.db.invitation.updateMany({
      where: { id: invitation.id, acceptedAt: null, revokedAt: null },
      data: { acceptedAt: new Date() },
    });
    if (taken.count === 0) throw notUsable();
    const userId = await findOrMakeUser(ctx.db, ctx.actor, invitation.email, name, passwordHash);
    await acceptInvitations(ctx.db, userId, [invitation]);
    ctx.note({ userId, role: invitation.role });
    const project = await ctx.db.project.findUniqueOrThrow({ where: { id: invitation.projectId } });
    return { email: invitation.email, slug: project.slug };
  },
});

async function findOrMakeUser(
  tx: Tx,
  actor: Actor,
  email: string,
  name: string | undefined,
  passwordHash: string | null,
): Promise<string> {
  const user = await tx.user.findUnique({ where: { email } });
  if (user) {
    if (actor.kind === "user" && actor.userId === user.id) return user.id;
    throw new DomainError("unauthenticated", "invitation.sign_in_first", `Sign in as ${email} to accept.`, {
      details: { email },
    });
  }
  const missing = [...(name ? [] : ["name"]), ...(passwordHash ? [] : ["password"])];
  if (!name || !passwordHash) {
    throw new DomainError("validation", "input.invalid", "Name and password are needed.", {
      details: { fields: missing.map((field) => ({ field, message: "Needed for a new account." })) },
    });
  }
  const made = await tx.user.create({ data: { email, name, passwordHash, locale: "auto" } });
  return made.id;
}

/** An invitation that still opens something: its maker must still be allowed to invite. */
async function findUsable(db: Db | Tx, token: string): Promise<Invitation> {
  const invitation = await db.invitation.findUnique({
    where: { tokenHash: hashToken(token), acceptedAt: null, revokedAt: null, project: { archivedAt: null } },
  });
  if (!invitation || invitation.expiresAt <= new Date()) throw notUsable();
  if (!(await stillInvites(db, invitation))) throw notUsable();
  return invitation;
}

async function limitLinks(db: Db, actor: Actor): Promise<void> {
  if (actor.ip && actor.kind === "anonymous") await countAttempt(db, LINK_LIMIT, actor.ip);
}

function notUsable(): DomainError {
  return new DomainError(
    "not_found",
    "invitation.not_usable",
    "This invitation is not known, was used, or has expired.",
    {
      hint: "Ask for a new one.",
    },
  );
}
