import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../access/actor";
import { anonymousActor } from "../access/session-actor";
import { db } from "../db/client";
import { makeTeam, makeTokenActor, type PersonName, type Team } from "../testing/people";
import { metadataDatabase, type TestDatabase } from "../testing/postgres";
import { exportAudit, exportInstanceAudit } from "./audit/export";
import { listAudit, listInstanceAudit } from "./audit/list";
import { verifyAudit } from "./audit/verify";
import { execute, type Operation } from "./define";
import { createEnvironment } from "./environment/create";
import { deleteEnvironment } from "./environment/delete";
import { reorderEnvironments } from "./environment/reorder";
import { updateEnvironment } from "./environment/update";
import { createInvitation } from "./invitation/create";
import { listInvitations } from "./invitation/list";
import { removeMember, setEnvironmentGrant, setMemberRole } from "./member/change";
import { listMembers } from "./member/list";
import { archiveProject, restoreProject } from "./project/archive";
import { createProject } from "./project/create";
import { getProject } from "./project/get";
import { updateProject } from "./project/update";
import { createService } from "./service/create";
import { deleteService } from "./service/delete";
import { updateService } from "./service/update";
import { listSessions } from "./session/list";
import { createTarget } from "./target/create";
import { listTargets } from "./target/get";
import { testTarget } from "./target/test";
import { createToken } from "./token/create";
import { listTokens } from "./token/list";
import { setUserDisabled } from "./user/administer";
import { changePassword } from "./user/change-password";
import { listUsers } from "./user/list";

let store: TestDatabase;
let team: Team;
let adminToken: Actor;

beforeAll(async () => {
  store = await metadataDatabase();
  team = await makeTeam();
  adminToken = await makeTokenActor(team.project.id, team.idOf("admin"), "admin");
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

type Answer = "ok" | "forbidden" | "not_found" | "unauthenticated";
type Asker = PersonName | "anonymous" | "token";

// biome-ignore lint/suspicious/noExplicitAny: operations of every shape stand in one table
type AnyOperation = Operation<any, any, any>;

interface Case {
  operation: AnyOperation;
  input: (team: Team) => Record<string, unknown>;
  /** Who gets "ok" or another failure than a refusal. */
  allowed: Asker[];
  /** Refused in another way than the usual one. */
  unusual?: Partial<Record<Asker, Answer>>;
}

const connection = { host: "127.0.0.1", port: 1, database: "d", username: "u", tlsMode: "disable" };
const admins: Asker[] = ["admin", "narrowed", "instance", "token"];
const people: Asker[] = ["admin", "narrowed", "instance"];
const members: Asker[] = ["viewer", "developer", "approver", ...admins];
const inProduction: Asker[] = ["admin", "instance", "token"];
const slug = (t: Team) => ({ slug: t.project.slug });
const id = (t: Team) => ({ projectId: t.project.id });

const CASES: Case[] = [
  { operation: getProject, input: slug, allowed: members },
  { operation: updateProject, input: (t) => ({ ...id(t), name: "Shop" }), allowed: admins },
  { operation: archiveProject, input: (t) => ({ ...id(t), confirm: "wrong" }), allowed: admins },
  { operation: restoreProject, input: id, allowed: ["instance"], unusual: { stranger: "forbidden" } },
  {
    operation: createProject,
    input: () => ({ name: "Third" }),
    allowed: ["instance"],
    unusual: { stranger: "forbidden" },
  },
  { operation: createEnvironment, input: (t) => ({ ...id(t), name: "development" }), allowed: admins },
  { operation: reorderEnvironments, input: (t) => ({ ...id(t), order: [t.production.id] }), allowed: admins },
  {
    operation: updateEnvironment,
    input: (t) => ({ environmentId: t.production.id, color: "teal" }),
    allowed: inProduction,
  },
  {
    operation: deleteEnvironment,
    input: (t) => ({ environmentId: t.production.id, confirm: "wrong" }),
    allowed: inProduction,
  },
  { operation: createService, input: (t) => ({ ...id(t), name: "orders" }), allowed: admins },
  { operation: updateService, input: (t) => ({ serviceId: t.orders.id, description: "x" }), allowed: admins },
  { operation: deleteService, input: (t) => ({ serviceId: t.orders.id, confirm: "wrong" }), allowed: admins },
  {
    operation: createTarget,
    input: (t) => ({ serviceId: t.orders.id, environmentId: t.production.id, ...connection }),
    allowed: inProduction,
  },
  {
    operation: testTarget,
    input: (t) => ({ environmentId: t.production.id, connection }),
    allowed: inProduction,
  },
  { operation: listTargets, input: slug, allowed: members },
  { operation: listMembers, input: slug, allowed: members },
  {
    operation: setMemberRole,
    input: (t) => ({ ...id(t), userId: t.idOf("viewer"), role: "viewer" }),
    allowed: people,
    unusual: { token: "forbidden" },
  },
  {
    operation: removeMember,
    input: (t) => ({ ...id(t), userId: t.idOf("stranger") }),
    allowed: [],
    unusual: Object.fromEntries(
      ["viewer", "developer", "approver", "admin", "narrowed", "instance", "token"].map((who) => [
        who,
        "not_found",
      ]),
    ),
  },
  {
    operation: setEnvironmentGrant,
    input: (t) => ({ environmentId: t.production.id, userId: t.idOf("narrowed"), role: "viewer" }),
    allowed: ["admin", "instance"],
    unusual: { token: "forbidden" },
  },
  {
    operation: createInvitation,
    input: (t) => ({ ...id(t), email: "new@example.test", role: "viewer" }),
    allowed: people,
    unusual: { token: "forbidden" },
  },
  { operation: listInvitations, input: slug, allowed: people, unusual: { token: "forbidden" } },
  {
    operation: createToken,
    input: (t) => ({ ...id(t), name: "ci", role: "viewer", expiresInDays: 1 }),
    allowed: people,
    unusual: { token: "forbidden" },
  },
  { operation: listTokens, input: slug, allowed: admins },
  { operation: listAudit, input: slug, allowed: admins },
  { operation: exportAudit, input: (t) => ({ ...slug(t), format: "csv" }), allowed: admins },
  { operation: verifyAudit, input: slug, allowed: admins },
  ...[
    { operation: listInstanceAudit as AnyOperation, input: () => ({}) },
    { operation: exportInstanceAudit as AnyOperation, input: () => ({ format: "json" }) },
    { operation: listUsers as AnyOperation, input: () => ({}) },
    {
      operation: setUserDisabled as AnyOperation,
      input: (t: Team) => ({ userId: t.idOf("viewer"), disabled: false }),
    },
  ].map((one) => ({
    ...one,
    allowed: ["instance"] as Asker[],
    unusual: { stranger: "forbidden" as Answer },
  })),
  {
    operation: listSessions,
    input: () => ({}),
    allowed: [...members, "stranger"].filter((who) => who !== "token") as Asker[],
  },
  {
    operation: changePassword,
    input: () => ({ password: "short" }),
    allowed: [...members, "stranger"].filter((who) => who !== "token") as Asker[],
  },
];

const REFUSALS = new Set(["forbidden", "not_found", "unauthenticated"]);
const ASKERS: Asker[] = [
  "anonymous",
  "viewer",
  "developer",
  "approver",
  "admin",
  "narrowed",
  "stranger",
  "instance",
  "token",
];

function actorOf(asker: Asker): Actor {
  if (asker === "anonymous") return anonymousActor({ ip: "192.0.2.9" });
  return asker === "token" ? adminToken : team.actors[asker];
}

function wanted({ allowed, unusual }: Case, asker: Asker): Answer {
  if (asker === "anonymous") return "unauthenticated";
  if (allowed.includes(asker)) return "ok";
  return unusual?.[asker] ?? (asker === "stranger" ? "not_found" : "forbidden");
}

describe.each(CASES)("$operation.name", (one) => {
  it.each(ASKERS)("asked by %s", async (asker) => {
    const before = await db().auditEvent.count({ where: { outcome: "denied" } });
    const answer = await execute(one.operation, actorOf(asker), one.input(team)).then(
      () => "ok",
      (error: { kind?: string }) => (REFUSALS.has(error.kind ?? "") ? error.kind : "ok"),
    );
    // Input that does not fit is told to everybody who is signed in; it changes nothing.
    const expected = one.operation === changePassword && asker !== "anonymous" ? "ok" : wanted(one, asker);
    expect(answer).toBe(expected);
    const denied = (await db().auditEvent.count({ where: { outcome: "denied" } })) - before;
    if (answer === "forbidden" || answer === "unauthenticated") expect(denied).toBe(1);
    if (answer === "ok") expect(denied).toBe(0);
  });
});
