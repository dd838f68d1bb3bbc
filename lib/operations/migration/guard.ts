import { OPEN_STATES } from "../../core/policy/state-machine";
import type { Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { noSuch } from "../project/find";
import { findPeople } from "./people";
import { APPLIED_STATES } from "./states";

/**
 * The migration, held until the transaction ends, when nobody has saved since `revision`.
 * @throws DomainError not_found; conflict `migration.conflict` with who saved and when
 */
export async function lockRevision(tx: Tx, id: string, revision: number | undefined) {
  await tx.$queryRaw`SELECT id FROM migration WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.migration.findUnique({ where: { id }, include: { service: true } });
  if (!row) throw noSuch("migration");
  if (revision !== undefined && row.revision !== revision) {
    const people = await findPeople(tx, [row.updatedById]);
    const by = people.get(row.updatedById ?? "")?.name ?? null;
    throw new DomainError(
      "conflict",
      "migration.conflict",
      `${by ?? "Somebody else"} saved ${row.filename} at ${row.updatedAt.toISOString()}, after you opened it.`,
      {
        hint: "Compare both texts, then keep yours, take theirs, or join them.",
        details: { by, at: row.updatedAt.toISOString(), revision: row.revision },
      },
    );
  }
  return row;
}

/** Names of environments whose target has the migration, or may have it. */
export async function findApplied(
  tx: Tx,
  serviceId: string,
  filenames: string[],
): Promise<Map<string, string[]>> {
  const rows = await tx.targetMigration.findMany({
    where: { filename: { in: filenames }, state: { in: [...APPLIED_STATES] }, target: { serviceId } },
    select: { filename: true, target: { select: { environment: { select: { name: true } } } } },
  });
  const places = new Map<string, string[]>();
  for (const row of rows) {
    places.set(row.filename, [...(places.get(row.filename) ?? []), row.target.environment.name]);
  }
  return places;
}

/** @throws DomainError precondition `migration.applied`: its name is its identity on these targets */
export async function requireNotApplied(
  tx: Tx,
  serviceId: string,
  filename: string,
  verb: string,
): Promise<void> {
  const places = (await findApplied(tx, serviceId, [filename])).get(filename) ?? [];
  if (places.length === 0) return;
  throw new DomainError(
    "precondition",
    "migration.applied",
    `${filename} is applied on ${places.join(", ")}, so it cannot be ${verb}.`,
    {
      hint: "Take it back there first, or write a new migration that undoes it.",
      details: { environments: places, verb },
    },
  );
}

/** @throws DomainError conflict `migration.in_deployment`: an open deployment means to run it */
export async function requireNoDeployment(tx: Tx, serviceId: string, filename: string): Promise<void> {
  const rows = await tx.$queryRaw<{ number: number }[]>`
    SELECT d.number FROM deployment d JOIN target t ON t.id = d.target_id
    WHERE t.service_id = ${serviceId}::uuid AND d.state = ANY(${OPEN_STATES})
      AND d.plan @> jsonb_build_array(jsonb_build_object('filename', ${filename}::text))
    ORDER BY d.number LIMIT 1`;
  const open = rows[0];
  if (!open) return;
  throw new DomainError(
    "conflict",
    "migration.in_deployment",
    `Deployment ${open.number} is about to run ${filename}.`,
    { hint: "Cancel that deployment first.", details: { number: open.number } },
  );
}
