import type { Db, Tx } from "../../db/client";
import type { Scope } from "../define";
import { noSuch } from "../project/find";

/** @throws DomainError not_found */
export async function migrationScope(db: Db | Tx, id: string): Promise<Scope> {
  const row = await db.migration.findUnique({
    where: { id },
    select: { filename: true, service: { select: { projectId: true, name: true } } },
  });
  if (!row) throw noSuch("migration");
  return {
    projectId: row.service.projectId,
    resource: { type: "migration", id, label: `${row.service.name}/${row.filename}` },
  };
}

/** A service by the project's slug and its own name. @throws DomainError not_found */
export async function serviceScope(
  db: Db | Tx,
  slug: string,
  service: string,
): Promise<Scope & { projectId: string }> {
  const row = await db.service.findFirst({
    where: { name: service, project: { slug, archivedAt: null } },
    select: { id: true, name: true, projectId: true },
  });
  if (!row) throw noSuch("service");
  return { projectId: row.projectId, resource: { type: "service", id: row.id, label: row.name } };
}
