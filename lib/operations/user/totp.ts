import { z } from "zod";
import { PASSWORD_MAX } from "../../access/password-rules";
import { matchTotp, newTotpSecret, totpUri } from "../../access/totp";
import { openSecret, sealSecret } from "../../db/secrets";
import { DomainError } from "../../errors";
import { defineOperation, instanceScope } from "../define";
import { takeTotpStep, wrongCode } from "../session/sign-in";
import { confirmPassword } from "./confirm-password";

const currentPassword = z.string().max(PASSWORD_MAX).optional();
const code = z.string().max(12);

/** A fresh secret for an authenticator app. Nothing is stored before a code proves that the app has it. */
export const beginTotp = defineOperation({
  name: "user.begin_totp",
  permission: "person",
  input: z.object({}),
  audit: "none",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async run({ ctx }) {
    const secret = newTotpSecret();
    return { secret, uri: totpUri(secret, ctx.actor.label) };
  },
});

/** Demands a one-time code at every sign-in from now on. */
export const enableTotp = defineOperation({
  name: "user.enable_totp",
  permission: "person",
  input: z.object({ secret: z.string().regex(/^[A-Z2-7]{32}$/), code, currentPassword }),
  audit: "change",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async prepare({ db, input, actor }) {
    const user = await confirmPassword(db, actor, input.currentPassword);
    if (user.totpSecret) {
      throw new DomainError("conflict", "user.totp_on", "One-time codes are on already.", {
        hint: "Turn them off first to change the app.",
      });
    }
    const step = matchTotp(input.secret, input.code, null);
    if (step === null) throw codeField();
    return { userId: user.id, step };
  },
  async run({ ctx, input: { secret }, prepared: { userId, step } }) {
    const changed = await ctx.db.user.updateMany({
      where: { id: userId, totpSecret: null },
      data: { totpSecret: sealSecret(secret, userId), totpLastStep: step },
    });
    if (changed.count === 0)
      throw new DomainError("conflict", "user.totp_on", "One-time codes are on already.");
  },
});

/** Signs in without a code again; takes the password and a code. */
export const disableTotp = defineOperation({
  name: "user.disable_totp",
  permission: "person",
  input: z.object({ code, currentPassword }),
  audit: "change",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async prepare({ db, input, actor }) {
    const user = await confirmPassword(db, actor, input.currentPassword);
    if (!user.totpSecret)
      throw new DomainError("conflict", "user.totp_off", "One-time codes are off already.");
    const step = matchTotp(openSecret(user.totpSecret, user.id), input.code, user.totpLastStep);
    if (step === null) throw codeField();
    return { userId: user.id, step };
  },
  async run({ ctx, prepared: { userId, step } }) {
    await takeTotpStep(ctx.db, userId, step);
    await ctx.db.user.update({ where: { id: userId }, data: { totpSecret: null, totpLastStep: null } });
  },
});

/** The same refusal as at sign-in, but tied to the field of the form. */
function codeField(): DomainError {
  const { code: name, message, hint } = wrongCode();
  return new DomainError("validation", name, message, {
    details: { fields: [{ field: "code", message }] },
    ...(hint ? { hint } : {}),
  });
}
