import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { type TestProject, testProject } from "../../testing/project";
import { execute } from "../define";
import { createMigration } from "./create";
import { lintScript } from "./lint";
import { TEMPLATES } from "./templates";

let store: TestDatabase;
let project: TestProject;
let id: string;

beforeAll(async () => {
  store = await metadataDatabase();
  project = await testProject();
  const input = { project: project.slug, service: "orders", name: "lint" };
  id = (await execute(createMigration, project.actors.developer, input)).id;
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

it("tells syntax errors with line and column, findings, and how it would run", async () => {
  const lint = (script: string) => execute(lintScript, project.actors.viewer, { id, script });
  const broken = await lint("SELECT 1;\nSELEC 2;");
  expect(broken.problems[0]).toMatchObject({ code: "syntax", line: 2, column: 1 });
  const risky = await lint("CREATE TABLE a (id int);\nALTER TABLE orders DROP COLUMN note;");
  expect(risky.findings.map((finding) => finding.line)).toContain(2);
  expect(risky).toMatchObject({ statements: 2, transaction: "one" });
  expect((await lint("CREATE INDEX CONCURRENTLY i ON t (a);")).transaction).toBe("none");
  expect((await lint("BEGIN; SELECT 1; COMMIT;")).transaction).toBe("own");
});
it("has templates that PostgreSQL can read, with no problem in their directives", async () => {
  for (const template of TEMPLATES) {
    for (const script of [template.up, template.down ?? ""]) {
      const lint = await execute(lintScript, project.actors.viewer, { id, script });
      expect(lint.problems, template.id).toEqual([]);
    }
  }
});
