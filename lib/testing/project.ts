import type { Actor } from "../access/actor";
import type { Role } from "../access/roles";
import { db } from "../db/client";
import { sealSecret } from "../db/secrets";
import type { ConnectionSpec } from "../postgres/connection/connect";

export interface TestProject {
  slug: string;
  projectId: string;
  services: Record<string, string>;
  environments: Record<string, string>;
  /** A member with this role. */
  actors: Record<Role, Actor>;
  /** Somebody signed in who is no member. */
  stranger: Actor;
}

let count = 0;

/** A project with development (open) and production (protected), and one member of each role. */
export async function testProject(services: string[] = ["orders"]): Promise<TestProject> {
  count += 1;
  const slug = `shop-${count}`;
  const project = await db().project.create({ data: { slug, name: `Shop ${count}` } });
  const projectId = project.id;
  const environments: Record<string, string> = {};
  for (const [position, name] of ["development", "production"].entries()) {
    const data = { projectId, name, position, protected: name === "production", color: name };
    environments[name] = (await db().environment.create({ data })).id;
  }
  const made: Record<string, string> = {};
  for (const name of services) made[name] = (await db().service.create({ data: { projectId, name } })).id;
  const actors = {} as Record<Role, Actor>;
  for (const role of ["viewer", "developer", "approver", "admin"] as const) {
    actors[role] = await testPerson(`${role}-${count}`);
    await db().membership.create({ data: { userId: actors[role].userId ?? "", projectId, role } });
  }
  return {
    slug,
    projectId,
    services: made,
    environments,
    actors,
    stranger: await testPerson(`stranger-${count}`),
  };
}

/** A signed-in person without any role. */
export async function testPerson(name: string): Promise<Actor> {
  const user = await db().user.create({ data: { email: `${name}@example.test`, name } });
  return { kind: "user", id: user.id, userId: user.id, label: name, instanceAdmin: false };
}

/** The database of a service in an environment. */
export async function testTarget(
  project: TestProject,
  service: string,
  environment: string,
  spec: ConnectionSpec,
): Promise<string> {
  const id = crypto.randomUUID();
  await db().target.create({
    data: {
      id,
      serviceId: project.services[service] ?? "",
      environmentId: project.environments[environment] ?? "",
      host: spec.host,
      port: spec.port,
      database: spec.database,
      username: spec.user,
      tlsMode: spec.tls,
      ...(spec.password === undefined ? {} : { password: new Uint8Array(sealSecret(spec.password, id)) }),
    },
  });
  return id;
}

/** The audit events about an operation, oldest first. */
export function auditRows(operation: string) {
  return db().auditEvent.findMany({ where: { operation }, orderBy: { seq: "asc" } });
}
