import pg from "pg";
import { systemActor } from "../../lib/access/actor";
import { db } from "../../lib/db/client";
import { execute } from "../../lib/operations/define";
import { createProject } from "../../lib/operations/project/create";
import { createService } from "../../lib/operations/service/create";
import { createTarget } from "../../lib/operations/target/create";
import { parseConnectionString } from "../../lib/postgres/connection/connect";
import { closeQueue } from "../../lib/queue/queue";

/** A project made by hand: two databases with a table in them, and one member of each role. */
const slug = process.env.SLUG ?? "";
const people = JSON.parse(process.env.PEOPLE ?? "{}") as Record<string, { email: string }>;
const server = parseConnectionString(process.env.DATABASE_URL ?? "");

const project = await execute(createProject, systemActor, {
  name: slug,
  slug,
  environments: [{ name: "development" }, { name: "production", protected: true, color: "production" }],
});
const service = await execute(createService, systemActor, { projectId: project.id, name: "customers" });
for (const environment of await db().environment.findMany({ where: { projectId: project.id } })) {
  const database = `${slug.replaceAll("-", "_")}_${environment.name}`;
  await onServer(server.database, `CREATE DATABASE ${database}`);
  await onServer(database, "CREATE TABLE customer (id int PRIMARY KEY, name text, legacy_ref text)");
  await execute(createTarget, systemActor, {
    ...{ serviceId: service.id, environmentId: environment.id, tlsMode: "disable" },
    ...{ host: server.host, port: server.port, database, username: server.user, password: server.password },
  });
}
for (const role of ["admin", "approver", "developer", "viewer"]) {
  const user = await db().user.findUniqueOrThrow({ where: { email: people[role]?.email ?? "" } });
  await db().membership.create({ data: { userId: user.id, projectId: project.id, role } });
}
await db().$disconnect();
await closeQueue();

async function onServer(database: string, sql: string): Promise<void> {
  const client = new pg.Client({ ...server, database });
  await client.connect();
  await client.query(sql);
  await client.end();
}
