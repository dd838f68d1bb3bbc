import pg from "pg";
import { expect, test } from "./fixtures";

/** From a backup to the way back: made, verified, tested, restored beside, and swapped with the live database. */

test.setTimeout(300_000);

const SLOW = { timeout: 90_000 };

test("a backup is made, verified, tested, restored beside and swapped in", async ({
  page,
  instance,
  expectAccessible,
}) => {
  await page.goto("/demo-shop/backups");
  await page
    .getByRole("link", { name: /Back up now/ })
    .first()
    .click();
  await page.getByLabel("Database").selectOption({ label: "orders on development" });
  await expect(page.getByText(/^About .+ tables?\.$/)).toBeVisible(SLOW);
  await page.getByLabel("What for").fill("before the spring sale");
  await page.getByLabel("Test it afterwards").uncheck();
  await expectAccessible();
  await page.getByRole("button", { name: "Back up", exact: true }).click();

  await expect(page.getByRole("heading", { name: "Backup of orders" })).toBeVisible(SLOW);
  await expect(page.getByText("before the spring sale")).toBeVisible();
  await page.getByRole("button", { name: "Verify the files" }).click(SLOW);
  await expect(page.getByText("every byte is as it was written")).toBeVisible(SLOW);
  await page.getByRole("button", { name: "Test the restore" }).click();
  await expect(page.getByText(/came back, all constraints valid, the structure the same/)).toBeVisible(SLOW);
  await expect(page.getByText("Restored and verified").first()).toBeVisible();
  await expectAccessible();
  const address = page.url();

  const copy = `orders_copy_${Date.now()}`;
  await page.getByRole("link", { name: "Restore…" }).click();
  await page.getByLabel("As another database").check();
  await page.getByLabel("Name of the new database").fill(copy);
  await expectAccessible();
  await page.getByRole("button", { name: `Restore as ${copy}` }).click();
  await expect(page.getByRole("listitem").filter({ hasText: `Restore as ${copy}` })).toContainText(
    "Done",
    SLOW,
  );

  await page.getByRole("link", { name: "Restore…" }).click();
  const live = await databaseOf(instance.databaseUrl, "orders", "development");
  const swap = page.getByRole("button", { name: `Replace ${live}` });
  await expect(swap).toBeDisabled();
  await page.getByLabel(`Type ${live} to confirm`).fill(live);
  await swap.click();
  await expect(page).toHaveURL(address, SLOW);
  const use = page.getByRole("listitem").filter({ hasText: `Replacement of ${live}` });
  await expect(use).toContainText("Done", SLOW);
  await expect(use).toContainText(`${live}_before_`);

  // It stands where an administrator looks for it, with its size and the way back.
  await page.goto("/demo-shop/backups");
  const kept = page.getByRole("listitem").filter({ hasText: `${live}_before_` });
  await expect(kept).toContainText(/from before a restore · [\d.]+ MiB · kept until/, SLOW);
  await expect(kept.getByRole("button", { name: "Put the old one back" })).toBeVisible();
  await expectAccessible();
  await kept.getByRole("link", { name: "Its restore" }).click();
  await expect(page).toHaveURL(address, SLOW);

  await use.getByRole("button", { name: "Put the old one back" }).click();
  await page.getByRole("alertdialog").getByRole("textbox").fill(live);
  await page.getByRole("alertdialog").getByRole("button", { name: "Put the old one back" }).click();
  await expect(use).toContainText(
    `The database from before is back; the restored one is kept as ${live}_restored_`,
    SLOW,
  );
  await expect(use.getByRole("button", { name: "Put the restored one back" })).toBeVisible();
  await expect(use).not.toContainText("According to its ledger now");
  await dropDatabase(instance.databaseUrl, copy);
});

test("a restore of production is approved only after it was said what that does", async ({
  page,
  pageOf,
  instance,
}) => {
  await page.goto("/demo-shop/backups?service=catalog&environment=production&filter=succeeded");
  await page.locator("[data-row-link]").first().click();
  await expect(page.getByRole("link", { name: "Restore…" })).toBeVisible(SLOW);
  const address = page.url();
  await page.getByRole("link", { name: "Restore…" }).click();
  const live = await databaseOf(instance.databaseUrl, "catalog", "production");
  await page.getByLabel(`Type ${live} to confirm`).fill(live);
  await page.getByRole("button", { name: `Replace ${live}` }).click();
  await expect(page).toHaveURL(address, SLOW);
  const approver = await pageOf("approver");
  await approver.goto(address);
  const use = approver.getByRole("listitem").filter({ hasText: "Waits for approval" });
  await use.getByRole("button", { name: "Approve" }).click();
  const dialog = approver.getByRole("alertdialog");
  await expect(dialog).toContainText(`${live} on production is replaced by what was there on`);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(use).toContainText("0 of 1 approvals given.");
  await use.getByRole("button", { name: "Refuse" }).click();
  await expect(
    approver.getByText("Test Approver refused it before it began. Nothing was changed."),
  ).toBeVisible(SLOW);
});

test("a viewer sees backups and can start nothing with them", async ({ pageOf }) => {
  const page = await pageOf("viewer");
  await page.goto("/demo-shop/backups");
  await expect(page.getByRole("heading", { name: "Backups", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: /Back up now/ })).toHaveCount(0);
  await page.locator("[data-row-link]").first().click();
  await expect(page.getByRole("heading", { name: /Backup of/ })).toBeVisible(SLOW);
  await expect(page.getByRole("button", { name: "Delete" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Restore…" })).toHaveCount(0);
});

test("a schedule says in words when it comes, and stays", async ({ page }) => {
  await page.goto("/demo-shop/backups/schedules");
  await page.getByRole("button", { name: "Add a schedule" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("When").fill("15 4 * * 1");
  await expect(dialog.getByText("At 04:15, only on Monday")).toBeVisible(SLOW);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(
    page.getByRole("listitem").filter({ hasText: "At 04:15, only on Monday" }).first(),
  ).toBeVisible(SLOW);
});

async function databaseOf(url: string, service: string, environment: string): Promise<string> {
  const rows = await query(
    url,
    `SELECT t.database FROM target t JOIN service s ON s.id = t.service_id JOIN environment e ON e.id = t.environment_id
      JOIN project p ON p.id = s.project_id
      WHERE p.slug = 'demo-shop' AND s.name = $1 AND e.name = $2`,
    [service, environment],
  );
  return String(rows[0]?.database);
}

async function dropDatabase(url: string, name: string): Promise<void> {
  await query(url, `DROP DATABASE IF EXISTS "${name}"`);
}

async function query(
  connectionString: string,
  sql: string,
  values: string[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
