import type { Db, Tx } from "../../db/client";
import { DomainError } from "../../errors";
import type { Scope } from "../define";

/** What "there is none, or you may not see it" reads like, the same for both. */
export function notFound(type: string): DomainError {
  return new DomainError(
    "not_found",
    "access.not_found",
    `There is no such ${type}, or you may not see it.`,
    {
      details: { type },
    },
  );
}

/** @throws DomainError not_found */
export async function migrationScope(db: Db | Tx, id: string): Promise<Scope> {
  const row = await db.migration.findUnique({
    where: { id },
    select: { filename: true, service: { select: { projectId: true, name: true } } },
  });
  if (!row) throw notFound("migration");
  return {
    projectId: row.service.projectId,
    resource: { type: "migration", id, label: `${row.service.name}/${row.filename}` },
  };
}

/** The project of a slug. @throws DomainError not_found */
export async function projectScope(
  db: Db | Tx,
  slug: string,
  type = "project",
): Promise<Scope & { projectId: string }> {
  const row = await db.project.findUnique({
    where: { slug },
    select: { id: true, name: true, archivedAt: true },
  });
  if (!row || row.archivedAt) throw notFound("project");
  return { projectId: row.id, resource: { type, id: row.id, label: row.name } };
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
  if (!row) throw notFound("service");
  return { projectId: row.projectId, resource: { type: "service", id: row.id, label: row.name } };
}

/** A target in its environment. @throws DomainError not_found */
export async function targetScope(db: Db | Tx, targetId: string): Promise<Scope & { projectId: string }> {
  const row = await db.target.findUnique({
    where: { id: targetId },
    select: {
      service: { select: { name: true, projectId: true } },
      environment: { select: { id: true, name: true, protected: true } },
    },
  });
  if (!row) throw notFound("target");
  return {
    projectId: row.service.projectId,
    environment: row.environment,
    resource: { type: "target", id: targetId, label: `${row.service.name} on ${row.environment.name}` },
  };
}
