import { z } from "zod";
import type { Db } from "../../db/client";
import type { Scope } from "../define";
import { noSuch } from "../project/find";

/** A deployment by its id, or as people say it: project and number. */
export const deploymentRef = z.union([
  z.object({ deploymentId: z.uuid() }),
  z.object({ project: z.string().min(1).max(100), number: z.coerce.number().int().positive() }),
]);
export type DeploymentRef = z.infer<typeof deploymentRef>;

/** Input of an operation on a deployment with fields of its own. */
export function withDeployment<S extends z.ZodRawShape>(shape: S) {
  return z.intersection(deploymentRef, z.object(shape));
}

/** The place of a deployment, from its row. @throws DomainError not_found */
export async function deploymentScope({ db, input }: { db: Db; input: DeploymentRef }): Promise<Scope> {
  const row = await db.deployment.findFirst({
    where: whereDeployment(input),
    select: {
      id: true,
      number: true,
      projectId: true,
      target: {
        select: {
          service: { select: { name: true } },
          environment: { select: { id: true, name: true, protected: true } },
        },
      },
    },
  });
  if (!row) throw noSuch("deployment");
  const { service, environment } = row.target;
  return {
    projectId: row.projectId,
    environment,
    resource: {
      type: "deployment",
      id: row.id,
      label: `#${row.number} ${service.name} → ${environment.name}`,
    },
  };
}

function whereDeployment(ref: DeploymentRef) {
  return "deploymentId" in ref
    ? { id: ref.deploymentId }
    : { project: { slug: ref.project }, number: ref.number };
}

/** The place of a target, from its row. @throws DomainError not_found */
export async function targetScope({ db, input }: { db: Db; input: { targetId: string } }): Promise<Scope> {
  const row = await db.target.findUnique({
    where: { id: input.targetId },
    select: {
      id: true,
      service: { select: { name: true, projectId: true } },
      environment: { select: { id: true, name: true, protected: true } },
    },
  });
  if (!row) throw noSuch("target");
  return {
    projectId: row.service.projectId,
    environment: row.environment,
    resource: { type: "target", id: row.id, label: `${row.service.name} → ${row.environment.name}` },
  };
}

/** The id that deploymentScope has found. */
export function deploymentIdOf(scope: Scope): string {
  if (scope.resource.id === null) throw new Error("The scope holds no deployment.");
  return scope.resource.id;
}
