import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Actor } from "../access/actor";
import { roleIn } from "../access/check";
import { hashPassword } from "../access/password";
import { anonymousActor, findSignedIn } from "../access/session-actor";
import { findTokenActor } from "../access/token-actor";
import { settleIntents } from "../audit/intents";
import { db } from "../db/client";
import { makeTeam, makeTokenActor, type Team } from "../testing/people";
import { metadataDatabase, type TestDatabase, testServer } from "../testing/postgres";
import { exportAudit } from "./audit/export";
import { listAudit } from "./audit/list";
import { defineOperation, execute, instanceScope } from "./define";
import { reorderEnvironments } from "./environment/reorder";
import { acceptInvitation, readInvitation } from "./invitation/accept";
import { createInvitation } from "./invitation/create";
import { removeMember, setMemberRole } from "./member/change";
import { archiveProject } from "./project/archive";
import { getProject } from "./project/get";
import { signIn } from "./session/sign-in";
import { signInOidc } from "./session/sign-in-oidc";
import { createTarget } from "./target/create";
import { getTarget } from "./target/get";
import { targetSpec } from "./target/spec";
import { testTarget } from "./target/test";
import { updateTarget } from "./target/update";
import { createToken } from "./token/create";
import { revokeToken } from "./token/list";
import { setUserDisabled } from "./user/administer";
import { changePassword } from "./user/change-password";
import { beginTotp, enableTotp } from "./user/totp";

let store: TestDatabase;
let team: Team;
const nobody = anonymousActor({ ip: "203.0.113.5" });
const failure = (error: unknown) => error as { code: string; details: { fields?: { field: string }[] } };

beforeAll(async () => {
  store = await metadataDatabase();
});
beforeAll(async () => {
  team = await makeTeam();
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

async function lastEvent() {
  return db().auditEvent.findFirstOrThrow({ orderBy: { seq: "desc" } });
}

describe("an invitation", () => {
  const invite = (email: string, role = "developer") =>
    execute(createInvitation, team.actors.admin, { projectId: team.project.id, email, role });

  it("makes an account once, and its link is kept nowhere", async () => {
    const { token } = await invite("Grace@Example.test");
    expect(JSON.stringify(await lastEvent(), (_, v) => (typeof v === "bigint" ? `${v}` : v))).not.toContain(
      token,
    );
    expect(await execute(readInvitation, nobody, { token })).toMatchObject({
      email: "grace@example.test",
      hasAccount: false,
    });
    const given = { token, name: "Grace", password: "a long enough password" };
    const both = await Promise.allSettled([
      execute(acceptInvitation, nobody, given),
      execute(acceptInvitation, nobody, given),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const user = await db().user.findUniqueOrThrow({ where: { email: "grace@example.test" } });
    expect(await db().membership.findFirst({ where: { userId: user.id } })).toMatchObject({
      role: "developer",
    });
    expect(await execute(acceptInvitation, nobody, given).catch(failure)).toMatchObject({
      code: "invitation.not_usable",
    });
  });

  it("names the fields that are missing", async () => {
    const { token } = await invite("linus@example.test");
    const refused = await execute(acceptInvitation, nobody, { token }).catch(failure);
    expect(refused).toMatchObject({ details: { fields: [{ field: "name" }, { field: "password" }] } });
  });

  it("of somebody with an account is accepted by that person only", async () => {
    const email = team.actors.stranger.label;
    const { token } = await invite(email, "viewer");
    const given = { token, name: "Mallory", password: "a long enough password" };
    expect(await execute(acceptInvitation, nobody, given).catch(failure)).toMatchObject({
      code: "invitation.sign_in_first",
    });
    expect(await execute(acceptInvitation, team.actors.viewer, { token }).catch(failure)).toMatchObject({
      code: "invitation.sign_in_first",
    });
    await execute(acceptInvitation, team.actors.stranger, { token });
    expect(await roleIn(db(), team.actors.stranger, team.project.id)).toBe("viewer");
    await execute(removeMember, team.actors.admin, {
      projectId: team.project.id,
      userId: team.idOf("stranger"),
    });
    expect(await roleIn(db(), team.actors.stranger, team.project.id)).toBeNull();
  });

  it("hands out no more than its maker has when it is accepted", async () => {
    const { token } = await invite("second-self@example.test", "admin");
    const userId = team.idOf("admin");
    await db().environmentGrant.create({
      data: { userId, environmentId: team.production.id, role: "viewer" },
    });
    const given = { token, name: "Second", password: "a long enough password" };
    expect(await execute(acceptInvitation, nobody, given).catch(failure)).toMatchObject({
      code: "invitation.not_usable",
    });
    await db().environmentGrant.deleteMany({ where: { userId } });
    expect(await execute(readInvitation, nobody, { token })).toMatchObject({ role: "admin" });
  });

  it("opens nothing when it has expired or its maker may no longer invite", async () => {
    const { id, token } = await invite("late@example.test");
    await db().invitation.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await execute(readInvitation, nobody, { token }).catch(failure)).toMatchObject({
      code: "invitation.not_usable",
    });
    const other = await execute(createInvitation, team.actors.narrowed, {
      projectId: team.project.id,
      email: "later@example.test",
      role: "viewer",
    });
    const change = (role: string) =>
      execute(setMemberRole, team.actors.admin, {
        projectId: team.project.id,
        userId: team.idOf("narrowed"),
        role,
      });
    await change("developer");
    expect(await execute(readInvitation, nobody, { token: other.token }).catch(failure)).toMatchObject({
      code: "invitation.not_usable",
    });
    const vouched = { provider: "https://id.example.test", subject: "7", name: "L", emailVerified: true };
    expect(
      await execute(signInOidc, nobody, { ...vouched, email: "later@example.test" }).catch(failure),
    ).toMatchObject({ code: "session.not_invited" });
    await change("admin");
  });

  it("hands out no more than its maker has in every environment", async () => {
    const { narrowed } = team.actors;
    const { id: projectId } = team.project;
    const second = { projectId, email: "second@example.test", role: "admin" };
    expect(await execute(createInvitation, narrowed, second).catch(failure)).toMatchObject({
      code: "member.above_own",
    });
    const raised = { projectId, userId: team.idOf("viewer"), role: "approver" };
    expect(await execute(setMemberRole, narrowed, raised).catch(failure)).toMatchObject({
      code: "member.above_own",
    });
  });
});

describe("single sign-on", () => {
  const claims = {
    provider: "https://id.example.test",
    subject: "42",
    email: "oidc@example.test",
    emailVerified: true,
    name: "O",
  };

  it("lets nobody in who was not invited or whose address is unverified", async () => {
    expect(await execute(signInOidc, nobody, claims).catch(failure)).toMatchObject({
      code: "session.not_invited",
    });
    const takeover = { ...claims, email: team.actors.admin.label, emailVerified: false };
    expect(await execute(signInOidc, nobody, takeover).catch(failure)).toMatchObject({
      code: "session.email_unverified",
    });
  });

  it("ties the provider's subject to the invited address, whatever the address becomes", async () => {
    await execute(createInvitation, team.actors.admin, {
      projectId: team.project.id,
      email: claims.email,
      role: "viewer",
    });
    const first = await execute(signInOidc, nobody, claims);
    const second = await execute(signInOidc, nobody, {
      ...claims,
      email: "renamed@example.test",
      emailVerified: false,
    });
    expect(second.userId).toBe(first.userId);
    await db().user.update({ where: { id: first.userId }, data: { disabledAt: new Date() } });
    expect(await execute(signInOidc, nobody, claims).catch(failure)).toMatchObject({
      code: "session.disabled",
    });
  });
});

describe("an account", () => {
  const email = "self@example.test";
  const password = "the first password";
  let self: Actor;
  beforeAll(async () => {
    await db().user.create({ data: { email, name: "Self", passwordHash: await hashPassword(password) } });
    const claims = await execute(signIn, nobody, { email, password });
    self = (await findSignedIn(db(), claims, {}))?.actor as Actor;
  });

  it("keeps only the current session when its password changes", async () => {
    const other = await execute(signIn, nobody, { email, password });
    const wrong = await execute(changePassword, self, {
      currentPassword: "no",
      password: "the second password",
    }).catch(failure);
    expect(wrong).toMatchObject({
      code: "user.wrong_password",
      details: { fields: [{ field: "currentPassword" }] },
    });
    await execute(changePassword, self, { currentPassword: password, password: "the second password" });
    expect(await findSignedIn(db(), other, {})).toBeNull();
    const own = { sessionId: self.sessionId ?? "", userId: self.userId ?? "", version: 1 };
    expect(await findSignedIn(db(), own, {})).not.toBeNull();
  });

  it("takes each one-time code once", async () => {
    const { secret } = await execute(beginTotp, self, {});
    const app = new TOTP({ secret });
    const confirm = { secret, currentPassword: "the second password" };
    expect(await execute(enableTotp, self, { ...confirm, code: "000000" }).catch(failure)).toMatchObject({
      code: "session.wrong_code",
    });
    await execute(enableTotp, self, { ...confirm, code: app.generate() });
    const given = { email, password: "the second password" };
    expect(await execute(signIn, nobody, given).catch(failure)).toMatchObject({
      code: "session.code_needed",
    });
    expect(await execute(signIn, nobody, { ...given, code: app.generate() }).catch(failure)).toMatchObject({
      code: "session.wrong_code",
    });
    const next = app.generate({ timestamp: Date.now() + 30_000 });
    const tries = await Promise.allSettled(
      [1, 2].map(() => execute(signIn, nobody, { ...given, code: next })),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("that is locked loses its sessions and its tokens at once", async () => {
    const claims = { sessionId: self.sessionId ?? "", userId: self.userId ?? "", version: 1 };
    await execute(setUserDisabled, team.actors.instance, { userId: self.userId, disabled: true });
    expect(await findSignedIn(db(), claims, {})).toBeNull();
    expect((await lastEvent()).details).toMatchObject({ disabled: true });
  });
});

describe("an API token", () => {
  const make = (actor: Actor, role: string) =>
    execute(createToken, actor, { projectId: team.project.id, name: "ci", role, expiresInDays: 1 });

  it("is found by its text alone and never again after it was revoked", async () => {
    const { id, token } = await make(team.actors.admin, "developer");
    const actor = await findTokenActor(db(), token, {});
    expect(await roleIn(db(), actor, team.project.id)).toBe("developer");
    expect(await roleIn(db(), actor, team.elsewhere.id)).toBeNull();
    expect(await findTokenActor(db(), `${token}x`, {}).catch(failure)).toMatchObject({
      code: "access.token_refused",
    });
    await execute(revokeToken, team.actors.admin, { tokenId: id });
    expect(await findTokenActor(db(), token, {}).catch(failure)).toMatchObject({
      code: "access.token_refused",
    });
  });

  it("is never above what its maker has now, in the project and in an environment", async () => {
    const actor = await makeTokenActor(team.project.id, team.idOf("narrowed"), "admin");
    expect(await roleIn(db(), actor, team.project.id)).toBe("admin");
    expect(await roleIn(db(), actor, team.project.id, team.production.id)).toBe("viewer");
    const key = { userId_projectId: { userId: team.idOf("narrowed"), projectId: team.project.id } };
    await db().membership.update({ where: key, data: { role: "viewer" } });
    expect(await roleIn(db(), actor, team.project.id)).toBe("viewer");
    await db().membership.update({ where: key, data: { role: "admin" } });
    await db().user.update({ where: { id: team.idOf("narrowed") }, data: { disabledAt: new Date() } });
    expect(await roleIn(db(), actor, team.project.id)).toBeNull();
    await db().user.update({ where: { id: team.idOf("narrowed") }, data: { disabledAt: null } });
  });

  it("ends with its maker's membership", async () => {
    const other = await makeTeam();
    const { token } = await execute(createToken, other.actors.narrowed, {
      projectId: other.project.id,
      name: "ci",
      role: "viewer",
      expiresInDays: 1,
    });
    await execute(removeMember, other.actors.admin, {
      projectId: other.project.id,
      userId: other.idOf("narrowed"),
    });
    expect(await findTokenActor(db(), token, {}).catch(failure)).toMatchObject({
      code: "access.token_refused",
    });
  });
});

describe("a project", () => {
  it("keeps an admin, whoever is demoted at the same time", async () => {
    const other = await makeTeam();
    const demote = (who: "admin" | "narrowed") =>
      execute(setMemberRole, other.actors.instance, {
        projectId: other.project.id,
        userId: other.idOf(who),
        role: "viewer",
      });
    const both = await Promise.allSettled([demote("admin"), demote("narrowed")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("refuses an order that does not name its environments", async () => {
    const order = [team.production.id, team.production.id];
    const refused = await execute(reorderEnvironments, team.actors.admin, {
      projectId: team.project.id,
      order,
    }).catch(failure);
    expect(refused).toMatchObject({ code: "environment.order_stale" });
  });

  it("is put in order by whom nothing keeps out of what moves", async () => {
    const other = await makeTeam();
    const { development, production } = other;
    const data = { projectId: other.project.id, name: "test", position: 2 };
    const test = await db().environment.create({ data });
    const reorder = (order: { id: string }[]) =>
      execute(reorderEnvironments, other.actors.narrowed, {
        projectId: other.project.id,
        order: order.map((one) => one.id),
      }).catch(failure);
    expect(await reorder([production, development, test])).toMatchObject({ code: "access.role_needed" });
    // Production keeps its place in the middle.
    expect(await reorder([test, production, development])).toBeUndefined();
    const rows = await db().environment.findMany({
      where: { projectId: other.project.id },
      orderBy: { position: "asc" },
    });
    expect(rows.map((row) => row.name)).toEqual(["test", "production", "development"]);
  });

  it("that is archived opens to nobody but administrators of the instance", async () => {
    const other = await makeTeam();
    await execute(archiveProject, other.actors.admin, {
      projectId: other.project.id,
      confirm: other.project.name,
    });
    const open = (actor: Actor) => execute(getProject, actor, { slug: other.project.slug }).catch(failure);
    expect(await open(other.actors.admin)).toMatchObject({ code: "access.not_found" });
    expect(await roleIn(db(), other.actors.admin, other.project.id)).toBeNull();
  });
});

describe("a target", () => {
  it("is tried, keeps its password sealed, and sends it nowhere else", async () => {
    const { spec } = await testServer();
    const { host, port, user: username, password } = spec;
    const form = { host, port, database: "postgres", username, password, tlsMode: "disable" };
    const place = { serviceId: team.orders.id, environmentId: team.development.id };
    const wrong = await execute(createTarget, team.actors.admin, { ...place, ...form, password: "no" }).catch(
      failure,
    );
    expect(wrong).toMatchObject({ code: "target.password_refused" });
    expect(await lastEvent()).toMatchObject({ operation: "target.create", outcome: "failed" });
    const { id, probe } = await execute(createTarget, team.actors.admin, { ...place, ...form });
    expect(probe.ok).toBe(true);
    expect(JSON.stringify((await lastEvent()).details)).not.toContain(password);
    expect(JSON.stringify(await execute(getTarget, team.actors.viewer, { targetId: id }))).not.toContain(
      password,
    );
    expect((await targetSpec(db(), id)).password).toBe(password);
    const { password: _, ...without } = form;
    const kept = await execute(updateTarget, team.actors.admin, {
      targetId: id,
      ...without,
      database: "template1",
    });
    expect(kept.probe.ok).toBe(true);
    for (const elsewhere of [{ host: "198.51.100.1" }, { port: 1 }, { username: "other" }]) {
      const sent = await execute(testTarget, team.actors.admin, {
        targetId: id,
        connection: { ...without, ...elsewhere },
      }).catch(failure);
      expect(sent).toMatchObject({ code: "target.password_again" });
    }
  });

  it.each(["169.254.169.254", "fe80::1", "0.0.0.0"])(
    "at %s is refused before anything is sent",
    async (host) => {
      const connection = { host, port: 80, database: "d", username: "u", tlsMode: "disable" as const };
      const result = await execute(testTarget, team.actors.admin, {
        environmentId: team.development.id,
        connection,
      });
      expect(result).toMatchObject({ ok: false, error: { code: "target.forbidden_address" } });
    },
  );
});

describe("the trail", () => {
  it("is exported with formulas made harmless, and lists by filter", async () => {
    const evil = '=HYPERLINK("http://evil.test")';
    await db().user.update({ where: { id: team.idOf("viewer") }, data: { name: evil } });
    const label = { ...team.actors.admin, label: evil };
    await execute(reorderEnvironments, label, {
      projectId: team.project.id,
      order: [team.production.id, team.development.id],
    });
    const slug = team.project.slug;
    const { chunks } = await execute(exportAudit, team.actors.admin, { slug, format: "csv" });
    let csv = "";
    for await (const chunk of chunks) csv += chunk;
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
    const { events } = await execute(listAudit, team.actors.admin, {
      slug,
      operation: "target.",
      outcome: "failed",
    });
    expect(events.length).toBeGreaterThan(0);
    expect(events.every((event) => event.operation.startsWith("target.") && event.outcome === "failed")).toBe(
      true,
    );
    const later = await execute(listAudit, team.actors.admin, {
      slug,
      from: new Date(Date.now() + 3_600_000).toISOString(),
    });
    expect(later.events).toEqual([]);
  });

  it("says of work whose process died that its outcome is in doubt", async () => {
    const work = defineOperation({
      name: "thing.work",
      permission: "signed_in",
      input: z.object({}),
      audit: "target",
      scope: () => instanceScope("thing", "thing"),
      run: () => new Promise<void>(() => {}),
    });
    void execute(work, team.actors.viewer, {});
    await expect.poll(() => db().auditEvent.count({ where: { operation: "thing.work" } })).toBe(1);
    expect(await settleIntents(db())).toBe(0);
    await db().auditIntent.updateMany({ data: { seenAt: new Date(Date.now() - 600_000) } });
    expect(await settleIntents(db())).toBe(1);
    const rows = await db().auditEvent.findMany({
      where: { operation: "thing.work" },
      orderBy: { seq: "asc" },
    });
    expect(rows.map(({ outcome }) => outcome)).toEqual(["intent", "in_doubt"]);
    expect(rows[0]?.runId).toBe(rows[1]?.runId);
    expect(await settleIntents(db())).toBe(0);
  });
});
