import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { ShortName } from "../project/fields";
import { scopeOfService } from "../project/find";
import { Description, Schemas } from "./fields";

/**
 * Changes a service.
 * @throws DomainError precondition `service.name_in_use`: ledgers know it by its name, so it keeps it once it has a target
 */
export const updateService = defineOperation({
  name: "service.update",
  permission: "service.write",
  input: z.object({
    serviceId: z.uuid(),
    name: ShortName.optional(),
    description: Description.optional(),
    schemas: Schemas.optional(),
  }),
  audit: "change",
  scope: ({ db, input: { serviceId } }) => scopeOfService(db, serviceId),
  async run({ ctx, input: { serviceId, name, description, schemas } }) {
    const before = await ctx.db.service.findUniqueOrThrow({
      where: { id: serviceId },
      include: { _count: { select: { targets: true } } },
    });
    if (name !== undefined && name !== before.name && before._count.targets > 0) {
      throw new DomainError(
        "precondition",
        "service.name_in_use",
        `The ledgers of its targets know this service as ${before.name}.`,
        {
          details: { name: before.name },
          hint: "Remove its targets first, or keep the name.",
        },
      );
    }
    const data = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(schemas === undefined ? {} : { schemas }),
    };
    const after = await ctx.db.service.update({ where: { id: serviceId }, data });
    const pick = ({ name, description, schemas }: typeof after) => ({ name, description, schemas });
    ctx.note({ before: pick(before), after: pick(after) });
    return { id: serviceId };
  },
});
