import { systemActor } from "../../lib/access/actor";
import { db } from "../../lib/db/client";
import { execute } from "../../lib/operations/define";
import { createMigration } from "../../lib/operations/migration/create";
import { createProject } from "../../lib/operations/project/create";
import { createService } from "../../lib/operations/service/create";
import { createTarget } from "../../lib/operations/target/create";
import { syncTarget } from "../../lib/operations/target/sync";
import { closeQueue } from "../../lib/queue/queue";
import type { ProjectPlan } from "../project-plan";

/** A project made by hand, with one member of each role. */
const plan = JSON.parse(process.env.PLAN ?? "{}") as ProjectPlan;
const people = JSON.parse(process.env.PEOPLE ?? "{}") as Record<string, { email: string }>;

const project = await execute(createProject, systemActor, {
  name: plan.slug,
  slug: plan.slug,
  environments: plan.environments,
});
for (const role of ["admin", "approver", "developer", "viewer"]) {
  const user = await db().user.findUniqueOrThrow({ where: { email: people[role]?.email ?? "" } });
  await db().membership.create({ data: { userId: user.id, projectId: project.id, role } });
}
const environments = await db().environment.findMany({ where: { projectId: project.id } });
for (const service of plan.services) {
  const { id: serviceId } = await execute(createService, systemActor, {
    projectId: project.id,
    name: service.name,
  });
  for (const [name, target] of Object.entries(service.targets)) {
    const environmentId = environments.find((one) => one.name === name)?.id;
    const { host, port, user: username, password, database } = target;
    const made = await execute(createTarget, systemActor, {
      ...{ serviceId, environmentId, tlsMode: "disable", host, port, username, password, database },
    });
    await execute(syncTarget, systemActor, { targetId: made.id });
  }
  for (const migration of service.migrations ?? [])
    await execute(createMigration, systemActor, { project: plan.slug, service: service.name, ...migration });
}
await db().$disconnect();
await closeQueue();
