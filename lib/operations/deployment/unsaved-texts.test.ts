import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../../db/client";
import { addMigration } from "../../testing/deployments";
import { metadataDatabase, type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { saveDraft } from "../migration/draft-save";
import { updateMigration } from "../migration/update";
import { planDeployment } from "./plan";

let store: TestDatabase;
let project: TestProject;
let database: TestDatabase;
let targetId: string;

beforeAll(async () => {
  store = await metadataDatabase();
  project = await testProject();
  database = await testDatabase();
  targetId = await testTarget(project, "orders", "development", database.spec);
});
afterAll(async () => {
  await db().$disconnect();
  await Promise.all([store.drop(), database.drop()]);
});

it("a plan tells of whose newer text in the editor does not go along, until it is saved", async () => {
  const filename = "20260101000000_orders";
  await addMigration(project.services.orders ?? "", filename, "CREATE TABLE orders (id int);", null);
  const { id } = await db().migration.findFirstOrThrow({
    where: { filename, serviceId: project.services.orders ?? "" },
  });
  const { developer: writer, admin: other } = project.actors;
  const unsaved = async (actor = writer) =>
    (await execute(planDeployment, actor, { targetId })).unsaved.map(({ filename, mine, others }) => ({
      filename,
      mine,
      others: others.length,
    }));
  expect(await unsaved()).toEqual([]);

  const newer = { id, up: "CREATE TABLE orders (id bigint);", down: null, baseRevision: 1 };
  await execute(saveDraft, writer, newer);
  expect(await unsaved()).toEqual([{ filename, mine: true, others: 0 }]);
  expect(await unsaved(other)).toEqual([{ filename, mine: false, others: 1 }]);

  await execute(updateMigration, writer, { id, up: newer.up, down: null, revision: 1 });
  expect(await unsaved()).toEqual([]);
  await execute(saveDraft, other, { ...newer, baseRevision: 2 });
  expect(await unsaved(other)).toEqual([]);
});
