import type { z } from "zod";
import { requireRole } from "../../access/check";
import { compareSchemas, type SchemaComparison } from "../../core/comparison/compare-schemas";
import type { Db } from "../../db/client";
import { type BothSides, readSides } from "../../postgres/replay/read-sides";
import { defineOperation, type OperationContext } from "../define";
import { scopeOfSlug } from "../project/find";
import { shadowServer } from "../target/shadow-server";
import { ComparisonInput, type ComparisonSettings } from "./fields";
import { type FoundSide, findSide } from "./find-sides";
import { comparisonView } from "./view";
import type { ComparisonView } from "./views";

/**
 * Compares any two schemas of a project: databases, what their ledgers say, migrations, files. Writes in none of them;
 * scripts are replayed on a scratch server.
 */
export const compareSides = defineOperation({
  name: "comparison.create",
  permission: "schema.compare",
  input: ComparisonInput,
  audit: "target",
  intent: ({ source, target }) => ({ source: describeSide(source), target: describeSide(target) }),
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  prepare: async ({ db, actor, input, scope }) => {
    // Running a text that nobody has stored is what developers may do, on a scratch server too.
    const runsText = [input.source, input.target].some((side) => side.kind === "sql");
    if (runsText) await requireRole(db, actor, "migration.write", scope);
  },
  run: async ({ ctx, input, scope }): Promise<ComparisonView> => {
    const startedAt = performance.now();
    const read = await readComparison(ctx, scope.projectId ?? "", input);
    const { added, changed, removed } = read.view(startedAt, input.changes).counts;
    ctx.note({ added, changed, removed });
    return read.view(startedAt, input.changes);
  },
});

type ComparisonRequest = Pick<z.output<typeof ComparisonInput>, "source" | "target" | "options">;

export interface ReadComparison {
  found: { source: FoundSide; target: FoundSide };
  sides: BothSides;
  comparison: SchemaComparison;
  view(startedAt: number, ticked?: readonly string[]): ComparisonView;
}

/** Finds, reads and compares both sides, for whoever shows it or makes a migration of it. */
export async function readComparison(
  ctx: Pick<OperationContext<"target">, "signal" | "report"> & { db: Db },
  projectId: string,
  { source, target, options }: ComparisonRequest,
): Promise<ReadComparison> {
  const found = {
    source: await findSide(ctx.db, projectId, source),
    target: await findSide(ctx.db, projectId, target),
  };
  const sides = await readSides(found.source.source, found.target.source, {
    ...shadowServer(),
    guardAddresses: true,
    scope: { schemas: options.schemas, exclude: options.exclude },
    ignoreOwners: options.ignoreOwners,
    sameRole: true,
    signal: ctx.signal,
    onProgress: (label, done, of) => ctx.report(`${label} ${done}/${of}`),
  });
  const comparison = compareSchemas(
    sides.source.snapshot,
    sides.target.snapshot,
    noiseOf(options, sides.ownersIgnored),
    options,
  );
  return {
    found,
    sides,
    comparison,
    view: (startedAt, ticked) => comparisonView(found, sides, comparison, { ticked, startedAt }),
  };
}

function noiseOf(options: ComparisonSettings, ownersIgnored: boolean) {
  return { owners: ownersIgnored, grants: options.ignoreGrants, comments: options.ignoreComments };
}

function describeSide(side: ComparisonRequest["source"]): string {
  if ("targetId" in side) return `${side.kind} ${side.targetId}`;
  return "serviceId" in side ? `migrations ${side.serviceId}` : `${side.kind} ${side.name}`;
}
