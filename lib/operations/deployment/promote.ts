import { compareMigrations } from "../../core/migration/version";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation, type Scope } from "../define";
import { insertDeployment, requireSteps } from "./insert";
import { planTarget } from "./plan-target";
import { type DeploymentRef, deploymentIdOf, deploymentRef, deploymentScope, targetScope } from "./scope";

export interface PromotionTarget {
  targetId: string;
  environment: { id: string; name: string; color: string; protected: boolean };
}

/** The next environment in the project's order that has a target of the service; null: none. */
export async function nextTarget(
  db: Db,
  place: { serviceId: string; projectId: string; position: number },
): Promise<PromotionTarget | null> {
  const target = await db.target.findFirst({
    where: {
      serviceId: place.serviceId,
      environment: { projectId: place.projectId, position: { gt: place.position } },
    },
    orderBy: { environment: { position: "asc" } },
    select: { id: true, environment: { select: { id: true, name: true, color: true, protected: true } } },
  });
  return target && { targetId: target.id, environment: target.environment };
}

/**
 * Takes what succeeded here to the next environment, as a deployment of its own that is checked there anew. The
 * permission is the one in the environment it goes to.
 * @throws DomainError precondition `deployment.not_succeeded`, `deployment.no_next`, `deployment.nothing`
 */
export const promoteDeployment = defineOperation({
  name: "deployment.promote",
  permission: "deployment.create",
  input: deploymentRef,
  audit: "change",
  scope: async ({ db, input }: { db: Db; input: DeploymentRef }): Promise<Scope> => {
    const here = await deploymentScope({ db, input });
    const source = await loadSource(db, deploymentIdOf(here));
    const next = await nextTarget(db, source.place);
    // Without a next environment the refusal belongs to this one, and comes from prepare.
    return next ? targetScope({ db, input: { targetId: next.targetId } }) : here;
  },
  prepare: async ({ db, input, scope }) => {
    const source = await loadSource(db, deploymentIdOf(await deploymentScope({ db, input })));
    if (scope.resource.type !== "target" || scope.resource.id === null) {
      throw new DomainError(
        "precondition",
        "deployment.no_next",
        "No environment after this one has a target of the service.",
      );
    }
    if (source.state !== "succeeded" || source.direction !== "up") {
      throw new DomainError(
        "precondition",
        "deployment.not_succeeded",
        "Only what succeeded can be promoted.",
        { details: { state: source.state } },
      );
    }
    const targetId = scope.resource.id;
    const to = await goalOf(db, source);
    const plan = await planTarget(db, { targetId, direction: "up", to });
    requireSteps(plan, scope.environment?.name ?? "");
    return { plan, targetId, promotedFromId: source.id, number: source.number };
  },
  run: async ({ ctx, scope, prepared }) => {
    const { plan, targetId, promotedFromId } = prepared;
    const made = await insertDeployment(ctx.db, ctx.actor, {
      projectId: scope.projectId ?? "",
      targetId,
      direction: "up",
      plan,
      promotedFromId,
    });
    ctx.note({ number: made.number, from: prepared.number, to: plan.toVersion });
    return made;
  },
});

async function loadSource(db: Db, id: string) {
  const row = await db.deployment.findUniqueOrThrow({
    where: { id },
    include: { target: { include: { environment: true } } },
  });
  const { serviceId, environment } = row.target;
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    direction: row.direction,
    names: (row.plan as { filename: string }[]).map((one) => one.filename),
    place: { serviceId, projectId: row.projectId, position: environment.position },
  };
}

/**
 * The last versioned migration of what is promoted, by file name, since real projects repeat versions. None when
 * nothing comes after it: then what is due includes the repeatable migrations, as it did here.
 */
async function goalOf(
  db: Db,
  source: { names: string[]; place: { serviceId: string } },
): Promise<string | undefined> {
  const all = await db.migration.findMany({
    where: { serviceId: source.place.serviceId, kind: "versioned", draft: false },
    select: { filename: true, version: true },
  });
  const ordered = all.sort(compareMigrations).map((one) => one.filename);
  const last = source.names.filter((name) => ordered.includes(name)).at(-1);
  return last === undefined || last === ordered.at(-1) ? undefined : last;
}
