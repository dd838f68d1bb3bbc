import { deploy, lead, start, WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type OwnServer, startOwnServer } from "./own-server";
import { makeProject, newSlug } from "./project-plan";

/** Rows that a migration takes away: foretold, kept, listed, and back again. */

const slug = newSlug("kept");
let server: OwnServer;

test.use({ person: "admin" });
test.setTimeout(900_000);

test.beforeAll(async ({ instance }) => {
  server = await startOwnServer(18);
  await server.createDatabase("kept");
  const client = await server.connect("kept");
  await client.query(
    "CREATE TABLE note (id int PRIMARY KEY, text text); INSERT INTO note VALUES (1, 'one'), (2, 'two'); ANALYZE note",
  );
  await client.end();
  await makeProject(instance, {
    slug,
    environments: [{ name: "development" }],
    services: [
      {
        name: "notes",
        targets: { development: { ...server.spec, database: "kept" } },
        migrations: [
          {
            name: "drop_text",
            up: "ALTER TABLE note DROP COLUMN text;",
            down: "ALTER TABLE note ADD COLUMN text text;",
          },
        ],
      },
    ],
  });
});
test.afterAll(() => server?.stop());

test("what a dropped column held is kept, listed and put back by the rollback", async ({
  page,
  expectAccessible,
}) => {
  await deploy(page, slug, "notes", "development");
  const kept = page.locator("#kept");
  await expect(kept).toContainText("text of public.note", WORK);
  await expect(kept).toContainText("kept");
  await start(page, ["note.text"]);
  await expect(lead(page)).toContainText("Applied", WORK);
  await page.goto(`/${slug}/undo`);
  const row = page.getByRole("row").filter({ hasText: "text of public.note" });
  await expect(row).toContainText("2");
  await expect(row).toContainText("can be put back");
  await expectAccessible();

  const client = await server.connect("kept");
  await client.query("INSERT INTO note VALUES (3); DELETE FROM note WHERE id = 2");
  await row.getByRole("link").click();
  await page.getByRole("button", { name: /^Roll back/ }).click();
  await page.getByRole("alertdialog").locator("button[type=submit]").click();
  await expect(page.getByRole("heading", { name: "Rows that return" })).toBeVisible(WORK);
  await start(page);
  await expect(page.getByText("1 row has gone since (2)")).toBeVisible(WORK);
  expect((await client.query("SELECT id, text FROM note ORDER BY id")).rows).toEqual([
    { id: 1, text: "one" },
    { id: 3, text: null },
  ]);
  await client.end();
  await page.getByText("Not all kept rows came back").getByRole("link", { name: "kept rows" }).click();
  await expect(page.getByText("1 row back, 1 not merged")).toBeVisible();
  await page.getByRole("button", { name: "Remove now" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("has put back what it could");
  // What became of the rows is told also when their copy is gone.
  await expect(page.getByText(/dbmigrator_undo\.d\d+/)).toBeVisible();
  await page.getByRole("alertdialog").locator("button[type=submit]").click();
  const removed = page.getByRole("row").filter({ hasText: "text of public.note" });
  await expect(removed).toContainText("removed", WORK);
  await expect(removed).toContainText("1 row back, 1 not merged");
  await expect(removed).toContainText("1 row has gone since");
  await expect(removed).not.toContainText("dbmigrator_undo");
});
