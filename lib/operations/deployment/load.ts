import { isDeploymentState } from "../../core/policy/state-machine";
import type { EnvironmentPolicy } from "../../core/policy/types";
import type { Severity } from "../../core/risk/types";
import type { DeploymentState, PlannedMigration } from "../../core/run/types";
import type { Db, Tx } from "../../db/client";
import { noSuch } from "../project/find";
import type { ApprovalSubject } from "./approval-count";
import { readStoredCheck, type StoredCheck } from "./stored-check";

/** A deployment with its place, as operations need it. */
export interface LoadedDeployment {
  id: string;
  projectId: string;
  number: number;
  targetId: string;
  serviceId: string;
  serviceName: string;
  environment: {
    id: string;
    name: string;
    color: string;
    protected: boolean;
    position: number;
    policy: EnvironmentPolicy;
  };
  direction: "up" | "down";
  /** down: kept rows return with it. */
  putBack: boolean;
  state: DeploymentState;
  fromVersion: string | null;
  toVersion: string | null;
  plan: PlannedMigration[];
  severity: Severity | null;
  destroys: string[];
  boundHash: string | null;
  createdBy: string;
  createdByLabel: string;
  createdAt: Date;
  /** When it last changed, of the same reading as its state: what a live page goes by. */
  updatedAt: Date;
  promotedFromId: string | null;
}

/** Reads a deployment. @throws DomainError not_found */
export async function loadDeployment(db: Db | Tx, deploymentId: string): Promise<LoadedDeployment> {
  const row = await db.deployment.findUnique({
    where: { id: deploymentId },
    include: { target: { include: { service: true, environment: true } } },
  });
  if (!row || !isDeploymentState(row.state)) {
    throw noSuch("deployment");
  }
  const { service, environment } = row.target;
  return {
    id: row.id,
    projectId: row.projectId,
    number: row.number,
    targetId: row.targetId,
    serviceId: service.id,
    serviceName: service.name,
    environment: { ...environment, policy: environment.policy as EnvironmentPolicy },
    direction: row.direction === "down" ? "down" : "up",
    putBack: row.putBack,
    state: row.state,
    fromVersion: row.fromVersion,
    toVersion: row.toVersion,
    plan: row.plan as unknown as PlannedMigration[],
    severity: row.severity as Severity | null,
    destroys: row.destroys,
    boundHash: row.boundHash,
    createdBy: row.createdBy,
    createdByLabel: row.createdByLabel,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    promotedFromId: row.promotedFromId,
  };
}

export function approvalSubject(deployment: LoadedDeployment): ApprovalSubject {
  const { id, projectId, serviceId, plan, boundHash, createdBy, createdAt, destroys, environment } =
    deployment;
  return { id, projectId, serviceId, plan, boundHash, createdBy, createdAt, destroys, environment };
}

/** The result of the last finished check; null: none has finished. */
export async function loadLastCheck(db: Db | Tx, deploymentId: string): Promise<StoredCheck | null> {
  const row = await db.deploymentCheck.findFirst({
    where: { deploymentId, finishedAt: { not: null } },
    orderBy: { attempt: "desc" },
    select: { result: true },
  });
  return readStoredCheck(row?.result);
}
