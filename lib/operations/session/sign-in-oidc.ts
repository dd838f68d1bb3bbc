import { z } from "zod";
import type { Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation, instanceScope } from "../define";
import { acceptInvitations, pendingInvitations } from "../invitation/pending";
import { Email, PersonName } from "../user/fields";
import { startSession } from "./start";

/** What the provider vouches for, read from its ID token by the transport; never from a form. */
const input = z.object({
  provider: z.string().min(1).max(500),
  subject: z.string().min(1).max(255),
  email: Email,
  emailVerified: z.boolean(),
  name: PersonName,
});
type Claims = z.output<typeof input>;

/**
 * Signs a person in whom an OpenID provider vouches for. A first sign-in is tied to the account with the same
 * verified address, or to a pending invitation; nobody else gets an account.
 * @throws DomainError unauthenticated `session.not_invited`, `session.email_unverified`, `session.disabled`
 */
export const signInOidc = defineOperation({
  name: "session.sign_in_oidc",
  permission: "public",
  input,
  audit: "change",
  scope: ({ input: { email } }) => instanceScope("user", email),
  async run({ ctx, input: claims }) {
    const user = (await findLinked(ctx.db, claims)) ?? (await linkByEmail(ctx.db, claims));
    if (user.disabledAt)
      throw new DomainError("unauthenticated", "session.disabled", "This account is disabled.");
    const session = await startSession(ctx.db, user, ctx.actor);
    ctx.note({ userId: user.id, sessionId: session.sessionId, provider: claims.provider });
    return session;
  },
});

async function findLinked(tx: Tx, { provider, subject }: Claims) {
  const identity = await tx.userIdentity.findUnique({
    where: { provider_subject: { provider, subject } },
    include: { user: true },
  });
  return identity?.user ?? null;
}

async function linkByEmail(tx: Tx, claims: Claims) {
  if (!claims.emailVerified) {
    throw new DomainError(
      "unauthenticated",
      "session.email_unverified",
      "Your provider has not verified your e-mail address.",
    );
  }
  const { email, name, provider, subject } = claims;
  let user = await tx.user.findUnique({ where: { email } });
  if (!user) {
    const invitations = await pendingInvitations(tx, email);
    if (invitations.length === 0) {
      throw new DomainError("unauthenticated", "session.not_invited", `Nobody has invited ${email} yet.`, {
        details: { email },
        hint: "Ask an administrator of the project for an invitation.",
      });
    }
    user = await tx.user.create({ data: { email, name, locale: "auto" } });
    await acceptInvitations(tx, user.id, invitations);
  }
  await tx.userIdentity.create({ data: { provider, subject, userId: user.id } });
  return user;
}
