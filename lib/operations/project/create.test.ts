import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { testPerson } from "../../testing/project";
import { listAudit } from "../audit/list";
import { execute } from "../define";
import { createProject } from "./create";

let store: TestDatabase;

beforeAll(async () => {
  store = await metadataDatabase();
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

it("begins the project's own trail: who made it, and what it started with", async () => {
  const maker = { ...(await testPerson("maker")), instanceAdmin: true };
  const { id, slug } = await execute(createProject, maker, { name: "Own trail" });
  const { events } = await execute(listAudit, maker, { slug });
  expect(events).toMatchObject([
    {
      operation: "project.create",
      outcome: "ok",
      actor: { label: "maker" },
      resource: { label: "Own trail" },
    },
  ]);
  const row = await db().auditEvent.findFirstOrThrow({ where: { projectId: id } });
  expect(row.details).toMatchObject({ environments: ["development", "staging", "production"] });
});
