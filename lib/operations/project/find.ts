import type { Db, Tx } from "../../db/client";
import type { Project } from "../../db/generated/client";
import { DomainError } from "../../errors";
import type { Scope } from "../define";

/** What is not there and what may not be seen read the same. */
export function noSuch(type: string): DomainError {
  return new DomainError(
    "not_found",
    "access.not_found",
    `There is no such ${type}, or you may not see it.`,
    {
      details: { type },
    },
  );
}

/** @throws DomainError not_found, also for an archived project */
export async function findProjectBySlug(db: Db | Tx, slug: string): Promise<Project> {
  const project = await db.project.findUnique({ where: { slug } });
  if (!project || project.archivedAt) throw noSuch("project");
  return project;
}

export type ProjectScope = Scope & { projectId: string };

/** The scope of what belongs to a project as a whole. @throws DomainError not_found */
export async function scopeOfProject(db: Db | Tx, projectId: string): Promise<ProjectScope> {
  const project = await db.project.findUnique({ where: { id: projectId }, select: { name: true } });
  if (!project) throw noSuch("project");
  return { projectId, resource: { type: "project", id: projectId, label: project.name } };
}

/** @throws DomainError not_found */
export async function scopeOfSlug(db: Db | Tx, slug: string): Promise<ProjectScope> {
  const { id, name } = await findProjectBySlug(db, slug);
  return { projectId: id, resource: { type: "project", id, label: name } };
}

/** @throws DomainError not_found */
export async function scopeOfEnvironment(db: Db | Tx, environmentId: string): Promise<ProjectScope> {
  const row = await db.environment.findUnique({
    where: { id: environmentId },
    select: { id: true, name: true, protected: true, projectId: true },
  });
  if (!row) throw noSuch("environment");
  const { projectId, ...environment } = row;
  return { projectId, environment, resource: { type: "environment", id: row.id, label: row.name } };
}

/** @throws DomainError not_found */
export async function scopeOfService(db: Db | Tx, serviceId: string): Promise<ProjectScope> {
  const row = await db.service.findUnique({
    where: { id: serviceId },
    select: { name: true, projectId: true },
  });
  if (!row) throw noSuch("service");
  return { projectId: row.projectId, resource: { type: "service", id: serviceId, label: row.name } };
}

/** A target is judged in its environment. @throws DomainError not_found */
export async function scopeOfTarget(db: Db | Tx, targetId: string): Promise<ProjectScope> {
  const row = await db.target.findUnique({
    where: { id: targetId },
    select: {
      service: { select: { name: true, projectId: true } },
      environment: { select: { id: true, name: true, protected: true } },
    },
  });
  if (!row) throw noSuch("target");
  return {
    projectId: row.service.projectId,
    environment: row.environment,
    resource: { type: "target", id: targetId, label: `${row.service.name} on ${row.environment.name}` },
  };
}
