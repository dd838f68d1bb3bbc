import type { Db, Tx } from "../../db/client";
import { effectiveState } from "./states";
import type { EnvironmentState, PlaceView } from "./views";

interface Known {
  serviceId: string;
  filename: string;
  checksum: string;
  kind: string;
}

/**
 * The states of some migrations in every environment of the project, in the environments' order, by
 * `<service id>/<file name>`. Reads the mirrors' rows of these migrations only.
 */
export async function readStates(
  db: Db | Tx,
  environments: PlaceView[],
  migrations: Known[],
): Promise<Map<string, EnvironmentState[]>> {
  const serviceIds = [...new Set(migrations.map((m) => m.serviceId))];
  const targets = await db.target.findMany({
    where: { serviceId: { in: serviceIds } },
    select: { id: true, serviceId: true, environmentId: true, syncedAt: true },
  });
  const rows = await db.targetMigration.findMany({
    where: {
      targetId: { in: targets.map((t) => t.id) },
      filename: { in: migrations.map((m) => m.filename) },
    },
  });
  const byPlace = new Map(rows.map((row) => [`${row.targetId}/${row.filename}`, row]));
  const targetOf = new Map(targets.map((t) => [`${t.serviceId}/${t.environmentId}`, t]));
  const states = new Map<string, EnvironmentState[]>();
  for (const migration of migrations) {
    const list = environments.map((environment): EnvironmentState => {
      const target = targetOf.get(`${migration.serviceId}/${environment.id}`);
      const row = target && byPlace.get(`${target.id}/${migration.filename}`);
      return {
        environment,
        targetId: target?.id ?? null,
        state: target?.syncedAt ? effectiveState(migration, row) : null,
        appliedAt: row?.appliedAt?.toISOString() ?? null,
        appliedBy: row?.appliedBy ?? null,
        executionMs: row?.executionMs ?? null,
        error: row?.error ?? null,
        syncedAt: target?.syncedAt?.toISOString() ?? null,
      };
    });
    states.set(`${migration.serviceId}/${migration.filename}`, list);
  }
  return states;
}

/** The project's environments in their order. */
export async function readPlaces(db: Db | Tx, projectId: string): Promise<PlaceView[]> {
  return db.environment.findMany({
    where: { projectId },
    orderBy: { position: "asc" },
    select: { id: true, name: true, color: true, protected: true },
  });
}
