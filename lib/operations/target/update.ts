import { z } from "zod";
import { Prisma } from "../../db/generated/client";
import { sealSecret } from "../../db/secrets";
import { requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { deploymentsBehind } from "../deployment/queue-position";
import { startCheck } from "../deployment/start-check";
import { noSuch, scopeOfTarget } from "../project/find";
import { tryOrThrow } from "./create";
import { connectionFields, TargetSettingsInput } from "./fields";
import { storedProbe } from "./probe";

/** Changes how a target is reached and treated. The new connection is tried first. */
export const updateTarget = defineOperation({
  name: "target.update",
  permission: "target.write",
  input: z.object({
    targetId: z.uuid(),
    ...connectionFields,
    settings: TargetSettingsInput.default({}),
    untested: z.boolean().default(false),
  }),
  audit: "change",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  async prepare({ db, input }) {
    const stored = await db.target.findUnique({ where: { id: input.targetId } });
    if (!stored) throw noSuch("target");
    return { stored, result: await tryOrThrow(input, stored, input.untested) };
  },
  async run({ ctx, input, prepared: { stored, result } }) {
    await requireNothingRunning(ctx.db, { id: input.targetId });
    const { targetId, password, untested: _, caCertificate, ...fields } = input;
    const moved =
      stored.host !== fields.host || stored.port !== fields.port || stored.database !== fields.database;
    await ctx.db.target.update({
      where: { id: targetId },
      data: {
        ...fields,
        caCertificate: caCertificate || null,
        ...(password === undefined ? {} : { password: sealSecret(password, targetId) }),
        probe: storedProbe(result),
        probedAt: new Date(),
        // Another database: what was read of the old one says nothing about it.
        ...(moved ? FORGOTTEN_STATUS : {}),
      },
    });
    if (moved) {
      // What was found out about the old one, and what people said about it, does not hold here.
      for (const id of await deploymentsBehind(ctx.db, { targetId, number: 0 })) await startCheck(ctx.db, id);
    }
    const { host, port, database, username, tlsMode, settings } = stored;
    ctx.note({
      before: { host, port, database, username, tlsMode, settings },
      after: fields,
      password: password === undefined ? "kept" : "replaced",
      reached: result.ok,
    });
    return { id: targetId, probe: result };
  },
});

const FORGOTTEN_STATUS = {
  status: Prisma.DbNull,
  syncError: Prisma.DbNull,
  currentVersion: null,
  appliedCount: 0,
  pendingCount: 0,
  failedCount: 0,
  problemCount: 0,
  syncedAt: null,
} as const;
