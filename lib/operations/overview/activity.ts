import type { Db } from "../../db/client";
import type { EnvironmentView } from "../deployment/views";
import { nameReader } from "../user/names";
import type { ActivityEntry } from "./views";

const SHOWN = 12;
/** Rows of the trail that are looked at: reads of other kinds stand between the changes. */
const LOOKED_AT = 150;
const SHOWN_OPERATIONS = /^(?:deployment|migration|run|target|member|environment|service)\./;
const HIDDEN = new Set(["deployment.checked", "target.sync", "target.test"]);

/** The latest changes that the audit trail of a project holds, for everybody who may see the project. */
export async function loadActivity(
  db: Db,
  projectId: string,
  environments: ReadonlyMap<string, EnvironmentView>,
): Promise<ActivityEntry[]> {
  const rows = await db.auditEvent.findMany({
    where: { projectId },
    orderBy: { seq: "desc" },
    take: LOOKED_AT,
    select: {
      ...{ seq: true, at: true, actorId: true, actorLabel: true, operation: true, outcome: true },
      ...{ resourceType: true, resourceId: true, resourceLabel: true, environmentId: true, details: true },
    },
  });
  const shown = rows
    .filter(
      (row) =>
        (row.outcome === "ok" || row.outcome === "failed") &&
        SHOWN_OPERATIONS.test(row.operation) &&
        !HIDDEN.has(row.operation),
    )
    .slice(0, SHOWN);
  const deployments = await loadNumbers(db, projectId, {
    ids: shown.flatMap((row) =>
      row.resourceType === "deployment" && row.resourceId ? [row.resourceId] : [],
    ),
    numbers: shown.flatMap((row) => numberOf(row) ?? []),
  });
  const name = await nameReader(
    db,
    shown.map((row) => row.actorLabel),
  );
  return shown.map((row) => {
    const deployment = deployments.find(
      (one) => one.id === row.resourceId || (row.resourceType === "target" && one.number === numberOf(row)),
    );
    return {
      id: row.seq.toString(),
      at: row.at.toISOString(),
      actor: name({ id: row.actorId ?? "", label: row.actorLabel }).label,
      operation: row.operation,
      outcome: row.outcome as ActivityEntry["outcome"],
      resource: { type: row.resourceType, label: labelOf(row) },
      number: deployment?.number ?? null,
      service: deployment?.service ?? null,
      environment: environments.get(row.environmentId ?? "") ?? null,
    };
  });
}

/** A migration is made in a service, which is the resource then; the sentence is about the migration. */
function labelOf(row: { operation: string; resourceLabel: string; details: unknown }): string {
  const { migration } = (row.details ?? {}) as { migration?: unknown };
  return row.operation === "migration.create" && typeof migration === "string"
    ? `${row.resourceLabel}/${migration}`
    : row.resourceLabel;
}

/** What is asked of a target (create, promote, roll back) notes the number of the deployment that it made. */
function numberOf(row: { resourceType: string; operation: string; details: unknown }): number | null {
  if (row.resourceType !== "target" || !row.operation.startsWith("deployment.")) return null;
  const { number } = (row.details ?? {}) as { number?: unknown };
  return typeof number === "number" ? number : null;
}

async function loadNumbers(
  db: Db,
  projectId: string,
  { ids, numbers }: { ids: string[]; numbers: number[] },
): Promise<{ id: string; number: number; service: string }[]> {
  if (ids.length + numbers.length === 0) return [];
  const rows = await db.deployment.findMany({
    where: { projectId, OR: [{ id: { in: ids } }, { number: { in: numbers } }] },
    select: { id: true, number: true, target: { select: { service: { select: { name: true } } } } },
  });
  return rows.map((row) => ({ id: row.id, number: row.number, service: row.target.service.name }));
}
