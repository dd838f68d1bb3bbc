import type { Page } from "@playwright/test";
import { deploy, lead, start, WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type OwnServer, startOwnServer } from "./own-server";
import { makeProject, newSlug } from "./project-plan";

/** What was changed by hand in a database: seen, and left out, adopted or taken back. */

const slug = newSlug("drift");
let server: OwnServer;

test.use({ person: "admin" });
test.setTimeout(400_000);

test.beforeAll(async ({ instance }) => {
  test.setTimeout(240_000);
  server = await startOwnServer(18);
  await server.createDatabase("drift");
  await makeProject(instance, {
    slug,
    environments: [{ name: "development" }],
    services: [
      {
        name: "orders",
        targets: { development: { ...server.spec, database: "drift" } },
        migrations: [{ name: "orders", up: "CREATE TABLE orders (id int PRIMARY KEY, total int);" }],
      },
    ],
  });
});
test.afterAll(() => server?.stop());

const rows = (page: Page) => page.getByRole("table", { name: "Differences" }).locator("tbody tr");
const row = (page: Page, name: string) => rows(page).filter({ hasText: name });

async function openDrift(page: Page): Promise<void> {
  await page.goto(`/${slug}/drift`);
  await page
    .getByRole("row", { name: /orders.*development/ })
    .getByRole("link")
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("development", WORK);
}

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = await server.connect("drift");
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test("changes by hand are seen, and one is left out, one adopted, one taken back", async ({
  page,
  expectAccessible,
}) => {
  await deploy(page, slug, "orders", "development");
  await start(page);
  await expect(lead(page)).toContainText("Applied", WORK);
  await sql(`CREATE TABLE by_hand (id int); ALTER TABLE orders ADD COLUMN note text;
    CREATE INDEX orders_total ON orders (total); INSERT INTO orders VALUES (1, 2, 'kept')`);

  await test.step("a look finds them", async () => {
    await openDrift(page);
    await page.getByRole("button", { name: /Look now/ }).click();
    await expect(rows(page)).toHaveCount(3, WORK);
    await expectAccessible();
  });

  await test.step("one is left out with a reason, which the next look respects", async () => {
    await row(page, "by_hand").getByRole("checkbox").check();
    await page.getByRole("button", { name: "Leave out 1 difference" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("A table of the tests");
    await expectAccessible();
    await dialog.getByRole("button", { name: "Leave out 1 difference" }).click();
    await expect(page.getByText("A table of the tests")).toBeVisible(WORK);
    await expect(rows(page)).toHaveCount(2, WORK);
  });

  await test.step("one is adopted: a migration that counts as applied here", async () => {
    await row(page, "note").getByRole("checkbox").check();
    await page.getByRole("button", { name: "Adopt 1 difference" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Add note");
    await dialog.getByRole("button", { name: "Adopt 1 difference" }).click();
    await expect(page).toHaveURL(/\/migrations\/[0-9a-f-]+$/, WORK);
    await expect(page.getByRole("heading", { name: "add_note" })).toBeVisible(WORK);
    await expect(page.locator("main")).toContainText("ADD COLUMN note text");
    const ledger = "SELECT filename, status FROM dbmigrator.migrations_log WHERE filename LIKE '%add_note%'";
    expect(await sql(ledger)).toMatchObject([{ status: "baseline" }]);
    await openDrift(page);
    await expect(rows(page)).toHaveCount(1, WORK);
  });

  await test.step("one is taken back by a deployment, and nothing is left to say", async () => {
    await page.getByRole("button", { name: "Take back 1 difference" }).click();
    await page.getByRole("alertdialog").locator("button[type=submit]").click();
    await expect(page).toHaveURL(/\/deployments\/\d+$/, WORK);
    await start(page);
    await expect(lead(page)).toContainText("Applied", WORK);
    expect(await sql("SELECT to_regclass('orders_total') AS index, note FROM orders")).toEqual([
      { index: null, note: "kept" },
    ]);
    await openDrift(page);
    await expect(page.locator(".drift-verdict")).toContainText("what its ledger says", WORK);
  });
});

test("what the environment makes of drift is set where the page of a database leads", async ({
  page,
  expectAccessible,
}) => {
  await openDrift(page);
  await page.getByRole("link", { name: "Policies" }).click();
  const form = page.getByRole("group", { name: "Changes by hand on development" });
  await form.getByLabel("Drift is looked for").selectOption({ label: "every 15 minutes" });
  await form.getByLabel("Drift before a deployment").selectOption({ label: "blocks the deployment" });
  await form.getByLabel("Leave out comments").check();
  await form.getByLabel("Schemas to leave out").fill("audit, tmp");
  await expectAccessible();
  await page.getByRole("button", { name: "Save the drift policy of development" }).click();
  await expect(page.getByText("The policy is saved.")).toBeVisible();
  await openDrift(page);
  const policy = page.locator(".drift-policy");
  await expect(policy).toContainText("every 15 minutes");
  await expect(policy).toContainText("blocks the deployment");
  await expect(policy).toContainText("comments, statistics, audit, tmp");
});
