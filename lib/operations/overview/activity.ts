import type { Db } from "../../db/client";
import type { EnvironmentView } from "../deployment/views";
import { nameReader } from "../user/names";
import type { ActivityEntry } from "./views";

const SHOWN = 12;
/** Rows of the trail that are looked at: reads of other kinds stand between the changes. */
const LOOKED_AT = 150;
/** What colleagues want to hear of; each has a sentence in `overview.activity.did`. No reads, nothing of access. */
const VERBS = {
  deployment: "create check approve request_changes comment run retry cancel promote rollback settle",
  run: "execute",
  migration: "create create_from_difference update rename delete import duplicate try",
  service: "create update delete",
  environment: "create update delete reorder",
  target: "create update delete",
  member: "set_role set_grant remove",
  backup: "create",
  restore: "create approve execute swap_back",
  drift: "adopt revert",
  baseline: "stamp",
};
export const TOLD_OPERATIONS: ReadonlySet<string> = new Set(
  Object.entries(VERBS).flatMap(([entity, verbs]) => verbs.split(" ").map((verb) => `${entity}.${verb}`)),
);

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
    .filter((row) => (row.outcome === "ok" || row.outcome === "failed") && TOLD_OPERATIONS.has(row.operation))
    .filter((row) => row.operation !== "restore.execute" || replaces(row.details))
    .slice(0, SHOWN);
  const deployments = await loadNumbers(db, projectId, {
    ids: shown.flatMap((row) =>
      row.resourceType === "deployment" && row.resourceId ? [row.resourceId] : [],
    ),
    numbers: shown.flatMap((row) => numberOf(row) ?? []),
  });
  const idsOf = (type: string) =>
    shown.flatMap((row) => (row.resourceType === type && row.resourceId ? [row.resourceId] : []));
  const services = await loadServices(db, { targets: idsOf("target"), restores: idsOf("restore") });
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
      service: deployment?.service ?? services.get(row.resourceId ?? "") ?? null,
      environment: environments.get(row.environmentId ?? "") ?? null,
    };
  });
}

/** What is made has its place as the resource; the sentence is about what was made. */
function labelOf(row: { operation: string; resourceLabel: string; details: unknown }): string {
  const { migration, name, created, to } = (row.details ?? {}) as Record<string, unknown>;
  const made: Record<string, unknown> = {
    "migration.create": `${row.resourceLabel}/${migration}`,
    "migration.create_from_difference": migration,
    "migration.duplicate": migration,
    "migration.rename": to,
    "service.create": name,
    "environment.create": (created as { name?: unknown } | undefined)?.name,
  };
  const label = made[row.operation];
  return typeof label === "string" && label !== "" ? label : row.resourceLabel;
}

/** What is asked of a target (create, promote, roll back, revert) notes the number of the deployment that it made. */
function numberOf(row: { resourceType: string; details: unknown }): number | null {
  if (row.resourceType !== "target") return null;
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

/** @returns names of the services by the ids of their targets, and of what was restored to these */
async function loadServices(
  db: Db,
  ids: { targets: string[]; restores: string[] },
): Promise<Map<string, string>> {
  const service = { select: { name: true } };
  const [targets, restores] = await Promise.all([
    ids.targets.length === 0
      ? []
      : db.target.findMany({ where: { id: { in: ids.targets } }, select: { id: true, service } }),
    ids.restores.length === 0
      ? []
      : db.restore.findMany({
          where: { id: { in: ids.restores } },
          select: { id: true, target: { select: { service } } },
        }),
  ]);
  return new Map([
    ...targets.map((row): [string, string] => [row.id, row.service.name]),
    ...restores.flatMap((row): [string, string][] => (row.target ? [[row.id, row.target.service.name]] : [])),
  ]);
}

/** Whether a use of an archive wrote to the database of a target: reading and testing one does not. */
function replaces(details: unknown): boolean {
  const { mode } = (details ?? {}) as { mode?: unknown };
  return mode === "new_database" || mode === "in_place";
}
