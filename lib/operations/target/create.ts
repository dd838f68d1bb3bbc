import { randomUUID } from "node:crypto";
import { z } from "zod";
import { sealSecret } from "../../db/secrets";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { noSuch, scopeOfEnvironment } from "../project/find";
import { connectionFields, TargetSettingsInput } from "./fields";
import { storedProbe, tryTarget } from "./probe";
import { specOfForm } from "./spec";

/**
 * Names the database of a service in an environment. It is tried first; one that cannot be reached now is stored
 * only when asked to.
 * @throws DomainError target.* when the trial fails and `untested` is not set
 */
export const createTarget = defineOperation({
  name: "target.create",
  permission: "target.write",
  input: z.object({
    serviceId: z.uuid(),
    environmentId: z.uuid(),
    ...connectionFields,
    settings: TargetSettingsInput.default({}),
    untested: z.boolean().default(false),
  }),
  audit: "change",
  async scope({ db, input: { serviceId, environmentId } }) {
    const scope = await scopeOfEnvironment(db, environmentId);
    const service = await db.service.findFirst({ where: { id: serviceId, projectId: scope.projectId } });
    if (!service) throw noSuch("service");
    const label = `${service.name} on ${scope.resource.label}`;
    return { ...scope, resource: { type: "target", id: null, label } };
  },
  async prepare({ db, input, scope }) {
    const taken = await db.target.findUnique({
      where: { serviceId_environmentId: { serviceId: input.serviceId, environmentId: input.environmentId } },
    });
    if (taken) {
      throw new DomainError(
        "conflict",
        "target.exists",
        `There is a target already: ${scope.resource.label}.`,
        {
          details: { label: scope.resource.label },
        },
      );
    }
    return tryOrThrow(input, null, input.untested);
  },
  async run({ ctx, input, prepared }) {
    const { password, untested, caCertificate, ...fields } = input;
    const id = randomUUID();
    await ctx.db.target.create({
      data: {
        ...fields,
        id,
        caCertificate: caCertificate || null,
        password: password === undefined ? null : sealSecret(password, id),
        probe: storedProbe(prepared),
        probedAt: new Date(),
      },
    });
    const { serviceId: _s, environmentId: _e, ...shown } = fields;
    ctx.note({ targetId: id, ...shown, password: password ? "set" : "none", reached: prepared.ok });
    return { id, probe: prepared };
  },
});

/** Tries the connection of a form; a failure is thrown unless it may be stored all the same. */
export async function tryOrThrow(
  form: Parameters<typeof specOfForm>[0],
  stored: Parameters<typeof specOfForm>[1],
  untested: boolean,
) {
  const result = await tryTarget(specOfForm(form, stored));
  if (result.ok || untested) return result;
  const { code, message, hint, details } = result.error;
  throw new DomainError("target", code, message, { details, ...(hint ? { hint } : {}) });
}
