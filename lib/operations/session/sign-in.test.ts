import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { anonymousActor, findSignedIn } from "../../access/session-actor";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { execute } from "../define";
import { createFirstAdmin } from "../user/create-first-admin";
import { signIn } from "./sign-in";

let store: TestDatabase;
const nobody = anonymousActor({ ip: "192.0.2.1", userAgent: "test" });
const admin = { email: "Ada@Example.org ", name: "Ada", password: "correct horse battery" };

beforeAll(async () => {
  store = await metadataDatabase();
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

describe("the first run", () => {
  it("makes exactly one administrator, however many come at once", async () => {
    const tries = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => execute(createFirstAdmin, nobody, { ...admin, email: `${n}${admin.email}` })),
    );
    expect(tries.filter((t) => t.status === "fulfilled")).toHaveLength(1);
    expect(await db().user.count()).toBe(1);
    await db().user.updateMany({ data: { email: "ada@example.org" } });
  });
});

describe("sign-in", () => {
  it("makes a session whose row is the truth", async () => {
    const claims = await execute(signIn, nobody, admin);
    const found = await findSignedIn(db(), claims, {});
    expect(found?.actor).toMatchObject({ kind: "user", instanceAdmin: true, label: "ada@example.org" });
    await db().session.update({ where: { id: claims.sessionId }, data: { revokedAt: new Date() } });
    expect(await findSignedIn(db(), claims, {})).toBeNull();
    const event = await db().auditEvent.findFirst({ orderBy: { seq: "desc" } });
    expect(event).toMatchObject({ operation: "session.sign_in", outcome: "ok", ip: "192.0.2.1" });
  });

  it("answers an unknown account and a wrong password alike, and records both", async () => {
    const wrong = await execute(signIn, nobody, { ...admin, password: "x" }).catch((e: unknown) => e);
    const unknown = await execute(signIn, nobody, { ...admin, email: "nobody@example.org" }).catch(
      (e: unknown) => e,
    );
    expect(wrong).toMatchObject({ code: "session.wrong_credentials", status: 401 });
    expect(unknown).toMatchObject({ code: "session.wrong_credentials", status: 401 });
    const events = await db().auditEvent.findMany({
      where: { outcome: "failed", operation: "session.sign_in" },
    });
    expect(events.map((e) => e.resourceLabel)).toEqual(["ada@example.org", "nobody@example.org"]);
  });

  it("is refused with a password that is changed while it is compared", async () => {
    const client = new pg.Client({ connectionString: store.url });
    await client.connect();
    await client.query("BEGIN");
    await client.query(`UPDATE "user" SET password_hash = 'new' WHERE email = 'ada@example.org'`);
    const tried = execute(signIn, nobody, admin).catch((e: unknown) => e);
    const waiting = () =>
      db()
        .$queryRaw`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), 20_000);
    const old = await db().user.findUniqueOrThrow({ where: { email: "ada@example.org" } });
    await client.query("COMMIT");
    expect(await tried).toMatchObject({ code: "session.wrong_credentials" });
    await db().user.update({ where: { id: old.id }, data: { passwordHash: old.passwordHash } });
    await client.end();
  });

  it("refuses further guesses at an account, the right one included, from any address", async () => {
    const guess = (n: number, password: string) =>
      execute(signIn, anonymousActor({ ip: `198.51.100.${n}` }), { ...admin, password }).catch(
        (e: unknown) => e,
      );
    for (let n = 0; n < 10; n += 1) await guess(n, "wrong");
    expect(await guess(99, admin.password)).toMatchObject({ code: "access.too_many_attempts", status: 429 });
  });
});
