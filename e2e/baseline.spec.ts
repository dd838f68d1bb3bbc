import { strToU8, zipSync } from "fflate";
import { chooseFiles } from "./choose-files";
import { planShown, WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type OwnServer, startOwnServer } from "./own-server";
import { makeProject, newSlug } from "./project-plan";

/** A database that was migrated before it came here: what it has is found and recorded, and only the rest is due. */

const slug = newSlug("baseline");
let server: OwnServer;

const SCRIPTS = {
  "20260101000000_orders.up.sql": "CREATE TABLE orders (id int PRIMARY KEY);",
  "20260102000000_note.up.sql": "ALTER TABLE orders ADD COLUMN note text;",
  "20260103000000_later.up.sql": "CREATE TABLE later (id int);",
};

test.use({ person: "admin" });
test.setTimeout(400_000);

test.beforeAll(async ({ instance }) => {
  test.setTimeout(240_000);
  server = await startOwnServer(18);
  await server.createDatabase("grown");
  const client = await server.connect("grown");
  await client.query("CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE by_hand (id int)");
  await client.end();
  await makeProject(instance, {
    slug,
    environments: [{ name: "development" }],
    services: [{ name: "orders", targets: { development: { ...server.spec, database: "grown" } } }],
  });
});
test.afterAll(() => server?.stop());

test("what a database already has is found, recorded, and no longer waits", async ({
  page,
  expectAccessible,
}) => {
  await page.goto(`/${slug}/migrations/import`);
  await page.getByLabel("Service").selectOption("orders");
  const scripts = Object.entries(SCRIPTS).map(([name, text]) => [name, strToU8(text)]);
  await chooseFiles(page, "Choose an archive", {
    name: "orders.zip",
    mimeType: "application/zip",
    buffer: Buffer.from(zipSync(Object.fromEntries(scripts))),
  });
  await page.getByRole("button", { name: "Import 3 migrations" }).click(WORK);
  await expect(page).toHaveURL(/\/migrations\?service=/, WORK);

  await page.goto(`/${slug}/deployments/new`);
  await page.getByRole("link", { name: "Does it have some of these already?" }).click(WORK);
  await page.getByRole("button", { name: "Look", exact: true }).click(WORK);
  await expect(page.locator("p.lead")).toContainText("closest to what it is after 20260102000000_note", WORK);
  await expect(page.locator("main")).toContainText("by_hand");
  const boxes = page.getByRole("checkbox");
  await expect(boxes).toHaveCount(3);
  await expect(boxes.nth(1)).toBeChecked();
  await expect(boxes.nth(2)).not.toBeChecked();
  await expectAccessible();

  await page.getByRole("button", { name: "Record 2 migrations" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Record 2 migrations" }).click();
  await expect(page).toHaveURL(new RegExp(`/${slug}$`), WORK);
  await page.goto(`/${slug}/deployments/new`);
  await planShown(page);
  await expect(page.getByRole("button", { name: "Check 1 migration for development" })).toBeVisible(WORK);
  await expect(page.getByRole("cell", { name: "20260103000000_later" })).toBeVisible();
});
