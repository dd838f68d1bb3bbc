import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { noSuch, scopeOfEnvironment, scopeOfTarget } from "../project/find";
import { ConnectionFields } from "./fields";
import { storedProbe, tryTarget } from "./probe";
import { specOf, specOfForm } from "./spec";

/** Tries a stored target, or what a form says before it is saved. The failure is part of the answer. */
export const testTarget = defineOperation({
  name: "target.test",
  permission: "target.write",
  input: z.object({
    /** A stored target; with `connection`, the one that the form changes. */
    targetId: z.uuid().optional(),
    /** For a new target: where it will be. */
    environmentId: z.uuid().optional(),
    connection: ConnectionFields.optional(),
  }),
  audit: "change",
  scope({ db, input: { targetId, environmentId } }) {
    if (targetId) return scopeOfTarget(db, targetId);
    if (environmentId) return scopeOfEnvironment(db, environmentId);
    throw new DomainError("validation", "input.invalid", "targetId or environmentId is needed.");
  },
  async prepare({ db, input: { targetId, connection } }) {
    const stored = targetId ? await db.target.findUnique({ where: { id: targetId } }) : null;
    if (targetId && !stored) throw noSuch("target");
    if (connection)
      return {
        spec: specOfForm(connection, stored),
        result: await tryTarget(specOfForm(connection, stored)),
      };
    if (!stored) throw new DomainError("validation", "input.invalid", "connection is needed.");
    return { spec: specOf(stored), result: await tryTarget(specOf(stored)) };
  },
  async run({ ctx, input: { targetId, connection }, prepared: { spec, result } }) {
    if (targetId && !connection) {
      await ctx.db.target.update({
        where: { id: targetId },
        data: { probe: storedProbe(result), probedAt: new Date() },
      });
    }
    const address = `${spec.user}@${spec.host}:${spec.port}/${spec.database}`;
    ctx.note({ address, ...(result.ok ? { reached: true } : { reached: false, error: result.error.code }) });
    return result;
  },
});
