import { z } from "zod";
import { requireRole } from "../../access/check";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { scopeOfProject } from "../project/find";

/**
 * Puts a project's environments into an order; promotion goes along it, and what must have run before.
 * @throws DomainError forbidden for whom a grant keeps from being admin in one that would move
 */
export const reorderEnvironments = defineOperation({
  name: "environment.reorder",
  permission: "environment.write",
  input: z.object({ projectId: z.uuid(), order: z.array(z.uuid()).min(1).max(100) }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input: { projectId, order }, scope }) {
    const rows = await ctx.db.environment.findMany({ where: { projectId }, orderBy: { position: "asc" } });
    const names = new Map(rows.map((row) => [row.id, row.name]));
    const given = new Set(order);
    if (given.size !== rows.length || order.length !== rows.length || order.some((id) => !names.has(id))) {
      throw new DomainError(
        "conflict",
        "environment.order_stale",
        "The environments have changed in the meantime.",
        {
          hint: "Load the page again.",
        },
      );
    }
    const moved = rows.filter((row, position) => order[position] !== row.id);
    for (const { id, name, protected: isProtected } of moved) {
      const environment = { id, name, protected: isProtected };
      await requireRole(ctx.db, ctx.actor, "environment.write", { ...scope, environment });
    }
    for (const [position, id] of order.entries()) {
      await ctx.db.environment.update({ where: { id }, data: { position } });
    }
    ctx.note({ before: rows.map((row) => row.name), after: order.map((id) => names.get(id)) });
  },
});
