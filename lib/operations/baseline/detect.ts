import { z } from "zod";
import { planUp } from "../../core/plan/plan";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import {
  type DetectedBaseline,
  detectBaseline,
  type MigrationEvidence,
} from "../../postgres/replay/detect-baseline";
import { blindSpotsOf } from "../comparison/view";
import { defineOperation } from "../define";
import type { BaselineEvidence, BaselineView } from "../drift/views";
import { loadMigrationSources, type StoredMigration } from "../migration/load";
import { scopeOfTarget } from "../project/find";
import { shadowServer } from "../target/shadow-server";
import { specOf } from "../target/spec";

/** More lines are told by a comparison. */
const SHOWN = 100;

/**
 * Finds which of a service's migrations an existing database already has: by replaying them on a scratch server, and by
 * the tables of other tools. Writes nothing there.
 * @throws DomainError of openConnection; precondition `baseline.nothing`
 */
export const findBaseline = defineOperation({
  name: "baseline.detect",
  permission: "drift.check",
  input: z.object({
    targetId: z.uuid(),
    drafts: z.boolean().default(false).describe("Look for drafts too."),
  }),
  audit: "target",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId, drafts } }): Promise<BaselineView> => {
    const started = performance.now();
    const target = await ctx.db.target.findUniqueOrThrow({
      where: { id: targetId },
      include: { service: { select: { name: true, schemas: true } } },
    });
    const found = await detectBaseline({
      spec: specOf(target),
      migrations: await orderedMigrations(ctx.db, target.serviceId, target.service.name, { drafts }),
      schemas: target.service.schemas,
      ...shadowServer(),
      guardAddresses: true,
      signal: ctx.signal,
      onProgress: (done, of) => ctx.report(`${done}/${of}`),
    });
    const view = viewOf(found, Math.round(performance.now() - started));
    ctx.note({ upTo: view.upTo, certainty: view.certainty });
    return view;
  },
});

/** In the order of application. @throws DomainError precondition `baseline.nothing` */
export async function orderedMigrations(
  db: Db,
  serviceId: string,
  service: string,
  { drafts }: { drafts: boolean },
): Promise<StoredMigration[]> {
  const all = await loadMigrationSources(db, serviceId, { drafts });
  const byName = new Map(all.map((one) => [one.filename, one]));
  const steps = planUp(all, []).steps.flatMap(({ migration }) => byName.get(migration.filename) ?? []);
  if (steps.length > 0) return steps;
  throw new DomainError("precondition", "baseline.nothing", `${service} has no migrations to look for.`, {
    details: { service },
    hint: "Import them first; drafts count only when asked for.",
  });
}

function viewOf(found: DetectedBaseline, durationMs: number): BaselineView {
  const stopped = found.stopped
    ? [`${found.stopped.migration} cannot be replayed: ${found.stopped.failure.message}`]
    : [];
  return {
    otherLedgers: found.otherLedgers.map(({ tool, table, records }) => ({
      ...{ tool, table },
      applied: records.filter((one) => !one.failed).length,
      failed: records.filter((one) => one.failed).length,
    })),
    upTo: found.evidence[found.last]?.migration.filename ?? null,
    certainty: found.certainty,
    evidence: found.evidence.map(evidenceOf),
    leftOver: found.leftOver.slice(0, SHOWN).map(({ change, kind, name, relation, before, after }) => ({
      ...{ change, kind, name, relation, before, after },
    })),
    recorded: found.recorded,
    blindSpots: blindSpotsOf("target", found.database),
    notes: [...stopped, ...found.notes],
    durationMs,
  };
}

function evidenceOf({ migration, word, trace, proposed }: MigrationEvidence): BaselineEvidence {
  const { service, filename, version } = migration;
  return {
    ...{ service, filename, version, proposed },
    recordedBy: word && !word.failed ? word.tool : null,
    recordedAt: word?.at ?? null,
    present: trace === null || trace.touched === 0 ? null : trace.shown === trace.touched,
    differences: trace?.differences ?? null,
  };
}
