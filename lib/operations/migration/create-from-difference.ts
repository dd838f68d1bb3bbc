import { z } from "zod";
import { planBothWays } from "../../core/comparison/plan-sql";
import { DomainError } from "../../errors";
import { readComparison } from "../comparison/compare";
import { ComparisonInput } from "../comparison/fields";
import { defineOperation } from "../define";
import { noSuch, scopeOfSlug } from "../project/find";
import { differenceScripts } from "./difference-scripts";
import { insertDraft } from "./insert";
import { MigrationName } from "./name";

/**
 * Makes a draft of what leads from the source of a comparison to its target, or of the ticked lines with everything
 * that they need. Both sides are read anew: what is written is what is there now.
 * @throws DomainError precondition `comparison.same`, `comparison.unanswered`
 */
export const createFromDifference = defineOperation({
  name: "migration.create_from_difference",
  permission: "migration.write",
  input: ComparisonInput.extend({ serviceId: z.uuid(), name: MigrationName }),
  audit: "target",
  intent: ({ name, changes }) => ({ name, changes: changes?.length ?? "all" }),
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }) => {
    const service = await ctx.db.service.findFirst({
      where: { id: input.serviceId, projectId: scope.projectId ?? "" },
      select: { id: true },
    });
    if (!service) throw noSuch("service");
    const { comparison } = await readComparison(ctx, scope.projectId ?? "", input);
    const missing = input.changes?.filter((id) => !comparison.lines.some((line) => line.id === id)) ?? [];
    if (missing.length > 0) throw changedMeanwhile(missing);
    const ways = planBothWays(comparison, input.changes);
    if (ways.up === "") throw nothingDiffers();
    const row = await ctx.db.$transaction((tx) =>
      insertDraft(tx, {
        serviceId: service.id,
        name: input.name,
        ...differenceScripts(ways),
        userId: ctx.actor.userId,
      }),
    );
    ctx.note({ migration: row.filename, checksum: row.checksum });
    const { cannotBringBack } = ways;
    return { id: row.id, filename: row.filename, version: row.version, name: row.name, cannotBringBack };
  },
});

function changedMeanwhile(missing: readonly string[]): DomainError {
  return new DomainError(
    "conflict",
    "comparison.changed",
    `${missing.length} of the chosen changes are no longer there.`,
    { details: { count: missing.length, missing: missing.slice(0, 20) }, hint: "Compare again." },
  );
}

export function nothingDiffers(): DomainError {
  return new DomainError(
    "precondition",
    "comparison.same",
    "There is nothing to write: the schemas are the same.",
  );
}
