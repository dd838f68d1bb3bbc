import type { Actor } from "../../access/actor";
import type { TargetSettings } from "../../core/policy/types";
import { db } from "../../db/client";
import { execute } from "../../operations/define";
import { updateEnvironment } from "../../operations/environment/update";
import { importMigrations } from "../../operations/migration/import";
import { createProject } from "../../operations/project/create";
import { createService } from "../../operations/service/create";
import { createTarget } from "../../operations/target/create";
import { updateTarget } from "../../operations/target/update";
import type { EmbeddedServer } from "../../postgres/embedded/embedded";
import { backUpDemo } from "./backups";
import { DEMO_ROLE, demoPassword, makeDemoDatabases } from "./databases";
import { deployStep } from "./deploy";
import {
  DEMO_ENVIRONMENTS,
  DEMO_HISTORY,
  DEMO_NAME,
  DEMO_SERVICES,
  DEMO_SLUG,
  databaseName,
  PRODUCTION_POLICY,
} from "./plan";

const SETTING = "demo";

/**
 * Makes the demo project through the same operations that people use, on databases of the embedded server. A seed
 * that was interrupted goes on where it was; a demo that was finished is never made again, also when it was deleted.
 * Needs a worker.
 */
export async function seedDemo(server: EmbeddedServer): Promise<"made" | "kept"> {
  const setting = await db().setting.findUnique({ where: { key: SETTING } });
  if (setting?.value === "done") {
    await followServer(server);
    return "kept";
  }
  const actor = await firstAdministrator();
  await makeDemoDatabases(server);
  const projectId = await findOrMakeProject(actor);
  const targets = await makeTargets(actor, projectId, server);
  await execute(importMigrations, actor, { project: DEMO_SLUG, source: { kind: "server" } });
  for (const { service, environment, to } of DEMO_HISTORY) {
    await deployStep(actor, targets.get(databaseName(service, environment)) ?? "", to);
  }
  const guarded = DEMO_SERVICES.map(({ name }) => targets.get(databaseName(name, "production")) ?? "");
  await backUpDemo(actor, guarded);
  const production = await db().environment.findFirstOrThrow({ where: { projectId, protected: true } });
  await execute(updateEnvironment, actor, { environmentId: production.id, policy: PRODUCTION_POLICY });
  await db().setting.upsert({
    where: { key: SETTING },
    create: { key: SETTING, value: "done" },
    update: { value: "done" },
  });
  return "made";
}

async function firstAdministrator(): Promise<Actor> {
  const { id, name } = await db().user.findFirstOrThrow({
    where: { instanceAdmin: true, disabledAt: null },
    orderBy: { createdAt: "asc" },
  });
  return { kind: "user", id, label: name, userId: id, instanceAdmin: true };
}

async function findOrMakeProject(actor: Actor): Promise<string> {
  const found = await db().project.findUnique({ where: { slug: DEMO_SLUG } });
  if (found) return found.id;
  const environments = DEMO_ENVIRONMENTS.map((environment) => ({ ...environment }));
  return (await execute(createProject, actor, { name: DEMO_NAME, slug: DEMO_SLUG, environments })).id;
}

/** @returns ids of the targets by the name of their database */
async function makeTargets(
  actor: Actor,
  projectId: string,
  server: EmbeddedServer,
): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  const environments = await db().environment.findMany({ where: { projectId } });
  for (const { name, description, schemas } of DEMO_SERVICES) {
    const known = await db().service.findFirst({ where: { projectId, name } });
    const service = known ?? (await execute(createService, actor, { projectId, name, description, schemas }));
    for (const environment of DEMO_ENVIRONMENTS) {
      const environmentId = environments.find((row) => row.name === environment.name)?.id ?? "";
      const database = databaseName(name, environment.name);
      const made = await db().target.findFirst({ where: { serviceId: service.id, environmentId } });
      const connection = connectionTo(server, database);
      const { id } =
        made ?? (await execute(createTarget, actor, { serviceId: service.id, environmentId, ...connection }));
      targets.set(database, id);
    }
  }
  return targets;
}

function connectionTo({ port }: EmbeddedServer, database: string) {
  return {
    host: "127.0.0.1",
    port,
    database,
    username: DEMO_ROLE,
    password: demoPassword(),
    tlsMode: "disable" as const,
  };
}

/** The embedded server moves to another port when its old one is taken; the demo's targets move with it. */
async function followServer(server: EmbeddedServer): Promise<void> {
  const moved = await db().target.findMany({
    where: {
      host: "127.0.0.1",
      username: DEMO_ROLE,
      port: { not: server.port },
      database: { startsWith: "demo_" },
    },
    select: { id: true, database: true, settings: true },
  });
  if (moved.length === 0) return;
  const actor = await firstAdministrator();
  for (const { id, database, settings } of moved) {
    const connection = connectionTo(server, database);
    await execute(updateTarget, actor, {
      targetId: id,
      ...connection,
      settings: settings as TargetSettings,
      untested: true,
    });
  }
}
