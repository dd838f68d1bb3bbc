import { randomUUID } from "node:crypto";
import type { Actor } from "../access/actor";
import { newToken } from "../access/one-time-token";
import type { Role } from "../access/roles";
import { findTokenActor, TOKEN_PREFIX } from "../access/token-actor";
import { db } from "../db/client";

export const PERSONS = [
  "viewer",
  "developer",
  "approver",
  "admin",
  "narrowed",
  "stranger",
  "instance",
] as const;
/** `narrowed`: an admin whom a grant makes a viewer in production. `stranger`: admin of another project. */
export type PersonName = (typeof PERSONS)[number];

export interface Team {
  project: { id: string; slug: string; name: string };
  elsewhere: { id: string; slug: string };
  development: { id: string; name: string };
  production: { id: string; name: string };
  orders: { id: string; name: string };
  actors: Record<PersonName, Actor>;
  /** Id of a person's account. */
  idOf(person: PersonName): string;
}

/** A project with a person of every role, and another project, straight into the store. */
export async function makeTeam(): Promise<Team> {
  const tag = randomUUID().slice(0, 8);
  const project = await db().project.create({ data: { slug: `shop-${tag}`, name: `Shop ${tag}` } });
  const elsewhere = await db().project.create({ data: { slug: `else-${tag}`, name: `Elsewhere ${tag}` } });
  const environment = (name: string, position: number) =>
    db().environment.create({
      data: { projectId: project.id, name, position, protected: name === "production" },
    });
  const development = await environment("development", 0);
  const production = await environment("production", 1);
  const orders = await db().service.create({ data: { projectId: project.id, name: "orders" } });
  const actors = {} as Record<PersonName, Actor>;
  for (const name of PERSONS) actors[name] = await makePerson(name, tag);
  const idOf = (person: PersonName) => actors[person].userId ?? "";
  const members: [PersonName, Role, string][] = [
    ["viewer", "viewer", project.id],
    ["developer", "developer", project.id],
    ["approver", "approver", project.id],
    ["admin", "admin", project.id],
    ["narrowed", "admin", project.id],
    ["stranger", "admin", elsewhere.id],
  ];
  for (const [person, role, projectId] of members) {
    await db().membership.create({ data: { userId: idOf(person), projectId, role } });
  }
  await db().environmentGrant.create({
    data: { userId: idOf("narrowed"), environmentId: production.id, role: "viewer" },
  });
  return { project, elsewhere, development, production, orders, actors, idOf };
}

async function makePerson(name: PersonName, tag: string): Promise<Actor> {
  const instanceAdmin = name === "instance";
  const email = `${name}-${tag}@example.test`;
  const { id } = await db().user.create({ data: { email, name, instanceAdmin } });
  return { kind: "user", id, label: email, userId: id, instanceAdmin, ip: "192.0.2.7" };
}

/** An API token of somebody, as a request would bring it. */
export async function makeTokenActor(projectId: string, makerId: string, role: Role): Promise<Actor> {
  const { token, hash } = newToken(TOKEN_PREFIX);
  await db().apiToken.create({
    data: {
      name: `token ${role}`,
      projectId,
      role,
      prefix: token.slice(0, 10),
      tokenHash: hash,
      createdBy: makerId,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  return findTokenActor(db(), token, { ip: "192.0.2.8" });
}
