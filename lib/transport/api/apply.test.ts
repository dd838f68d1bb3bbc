import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { setEnv } from "../../env";
import { execute } from "../../operations/define";
import { createToken } from "../../operations/token/create";
import { addMigration, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { handleApi } from "../http";

let stop: () => Promise<void>;
let project: TestProject;
let token: string;
const databases: TestDatabase[] = [];

beforeAll(async () => {
  stop = await startTestWorker();
  setEnv({ LOG_LEVEL: "error" });
  project = await testProject();
  for (const environment of ["development", "production"]) {
    const database = await testDatabase();
    databases.push(database);
    await testTarget(project, "orders", environment, database.spec);
  }
  const { projectId, actors } = project;
  token = (
    await execute(createToken, actors.admin, {
      projectId,
      name: "pipeline",
      role: "developer",
      expiresInDays: 1,
    })
  ).token;
  const service = project.services.orders ?? "";
  await addMigration(
    service,
    "20260101000000_orders",
    "CREATE TABLE orders (id int, note text);",
    "DROP TABLE orders;",
  );
  await addMigration(
    service,
    "20260102000000_note",
    "ALTER TABLE orders DROP COLUMN note;",
    "ALTER TABLE orders ADD note text;",
  );
}, 60_000);

afterAll(async () => {
  await stop();
  for (const database of databases) await database.drop();
});

async function post(path: string, body: object) {
  const request = new Request(`http://localhost/api${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ service: "orders", ...body }),
  });
  const response = await handleApi(request, path.split("/").slice(1));
  return { status: response.status, location: response.headers.get("location"), json: await response.json() };
}

describe("POST /api/migrations/apply and run", () => {
  it("apply up to a version where nobody has to approve, and answer with the outcome", async () => {
    const answer = await post("/migrations/apply", {
      environment: "development",
      migration: "20260101000000_orders",
    });
    expect(answer.json).toMatchObject({
      state: "succeeded",
      migrations: [{ filename: "20260101000000_orders" }],
      run: { state: "succeeded" },
    });
    expect(answer.status).toBe(200);
    expect(answer.location).toMatch(/^\/api\/v1\/deployments\/1\?project=shop-/);
  }, 60_000);

  it("stop before what destroys something, until its name is given", async () => {
    const first = await post("/migrations/run", { environment: "development" });
    expect([first.status, first.json]).toMatchObject([
      202,
      { state: "ready", destroys: ["orders.note"], run: null },
    ]);
    await db().deployment.updateMany({ where: { state: "ready" }, data: { state: "cancelled" } });
    const second = await post("/migrations/run", { environment: "development", confirm: ["orders.note"] });
    expect([second.status, second.json]).toMatchObject([200, { state: "succeeded" }]);
  }, 60_000);

  it("ask for approval in a protected environment, and do not run", async () => {
    const answer = await post("/migrations/run", { environment: "production", confirm: ["orders.note"] });
    expect([answer.status, answer.json]).toMatchObject([
      202,
      { state: "awaiting_approval", run: null, approvals: { given: 0 } },
    ]);
  }, 60_000);

  it("say so when there is nothing to apply, and when the place is unknown", async () => {
    const nothing = await post("/migrations/run", { environment: "development" });
    expect([nothing.status, nothing.json]).toMatchObject([412, { code: "deployment.nothing" }]);
    const nowhere = await post("/migrations/run", { environment: "moon" });
    expect([nowhere.status, nowhere.json]).toMatchObject([404, { code: "access.not_found" }]);
  });
});
