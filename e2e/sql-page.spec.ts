import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

test.use({ person: "developer" });

async function run(page: Page, sql: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: "SQL text" });
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(sql);
  await page.keyboard.press("Control+Enter");
}

const answer = (page: Page) => page.getByRole("region", { name: "Results" });
const count = "SELECT count(*) AS products FROM catalog.products";

test.beforeEach(async ({ page }) => {
  await page.goto("/demo-shop/sql");
  await expect(page.getByLabel("Database")).toContainText("catalog / development");
  await expect(page.getByRole("textbox", { name: "SQL text" })).toBeVisible();
});

test("shows rows with their types and NULL as such, and keeps them in the history", async ({
  page,
  expectAccessible,
}) => {
  await run(page, "SELECT 1 AS one, NULL::text AS nothing, '' AS empty, 2.50::numeric(4,2) AS price");
  const grid = page.getByRole("grid");
  await expect(grid.getByRole("columnheader", { name: /price/ })).toContainText("numeric(4,2)");
  await expect(grid.getByRole("gridcell").nth(1)).toHaveText("NULL");
  await expect(grid.getByRole("gridcell").nth(3)).toHaveText("2.50");
  const history = page.getByRole("complementary", { name: "My history" });
  await expect(history).toContainText("AS nothing");
  // Seconds are counted on while they are told: sooner than what is older is told anew.
  await expect(history.locator("time").first()).toHaveText(/^([5-9]|1\d) s ago$/, { timeout: 20_000 });
  await expectAccessible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toBe("result.csv");
});

test("never shows more rows than the limit", async ({ page }) => {
  await run(page, "SELECT n FROM generate_series(1, 100000) AS n");
  await expect(answer(page)).toContainText("500 rows");
  // What was proposed while typing does not lie over the answer.
  await expect(page.locator(".cm-tooltip-autocomplete")).toHaveCount(0);
  await expect(answer(page)).toContainText("there are more");
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+End");
  await expect(page.getByRole("gridcell", { name: "500", exact: true })).toBeVisible();
});

for (const sql of [
  "COMMIT; DROP TABLE catalog.products",
  "SELECT 1; ROLLBACK; DELETE FROM catalog.products",
  "DO $$ BEGIN DELETE FROM catalog.products; END $$",
  "SELECT pg_terminate_backend(pg_backend_pid())",
  "COPY (SELECT 1) TO PROGRAM 'touch /tmp/x'",
]) {
  test(`does not run ${sql} while reading`, async ({ page }) => {
    await run(page, sql);
    await expect(answer(page)).toContainText("Not run.");
  });
}

test("says in the reader's language why it does not run a text", async ({ page, context }) => {
  await context.addCookies([{ name: "locale", value: "es", url: page.url() }]);
  await page.reload();
  await page.getByRole("textbox", { name: "Texto SQL" }).click();
  await page.keyboard.insertText("DELETE FROM catalog.products");
  await page.getByRole("button", { name: /^Ejecutar/ }).click();
  await expect(page.getByRole("region", { name: "Resultados" })).toContainText(
    "Línea 1: En modo lectura solo se permiten SELECT",
  );
});

test("lets PostgreSQL refuse a write that hides in a query", async ({ page }) => {
  await run(page, "WITH gone AS (DELETE FROM catalog.products RETURNING *) SELECT count(*) FROM gone");
  await expect(answer(page)).toContainText("25006");
  await run(page, count);
  await expect(page.getByRole("gridcell").first()).not.toHaveText("0");
});

test("stops what takes too long for the reader", async ({ page }) => {
  await run(page, "SELECT pg_sleep(60)");
  await page.getByRole("button", { name: /Stop/ }).click();
  await expect(answer(page)).toContainText("Nothing was kept.");
});

test("shows a plan as a tree and as text without running the statement", async ({ page }) => {
  const editor = page.getByRole("textbox", { name: "SQL text" });
  await editor.click();
  await page.keyboard.insertText("DELETE FROM catalog.products");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("Delete on products")).toBeVisible();
  // The lines of a plan are no rows of the statement.
  const line = page.getByRole("complementary", { name: "My history" }).getByRole("listitem").first();
  await expect(line).toContainText("Plan");
  await expect(line).not.toContainText("row");
  await page.getByRole("button", { name: "As text" }).click();
  await expect(page.getByText(/Delete on products {2}\(cost=/)).toBeVisible();
});

test("writes only where that is allowed, after an explicit switch", async ({ page }) => {
  await page.getByLabel("Allow writing").check();
  await run(page, "CREATE TABLE catalog.by_hand (id int); DROP TABLE catalog.by_hand");
  await expect(answer(page)).toContainText("DROP TABLE");
  const history = page.getByRole("complementary", { name: "My history" }).getByRole("listitem");
  await expect(history.first()).toContainText("wrote");
  await run(page, "DROP TABLE catalog.by_hand");
  await expect(answer(page)).toContainText("Nothing was kept.");
  await expect(history.first()).toContainText("does not exist");
  await expect(history.first()).not.toContainText("wrote");
  await page.getByLabel("Database").selectOption({ label: "catalog / production (protected)" });
  await expect(page.getByLabel("Allow writing")).toBeDisabled();
  await expect(page.getByText("nobody writes by hand in production, it is protected")).toBeVisible();
});

test("keeps the active cell in sight from the first column to the last", async ({ page }) => {
  await run(
    page,
    `SELECT ${Array.from({ length: 30 }, (_, n) => `'value of ${n}' AS column_${n}`).join(", ")}`,
  );
  const grid = page.getByRole("grid");
  await grid.focus();
  const cells = grid.getByRole("gridcell");
  await expect(cells.last()).not.toBeInViewport();
  await page.keyboard.press("End");
  await expect(cells.last()).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Home");
  await expect(cells.first()).toBeInViewport({ ratio: 1 });
  for (let column = 0; column < 15; column += 1) await page.keyboard.press("ArrowRight");
  await expect(cells.nth(15)).toHaveAttribute("aria-selected", "true");
  await expect(cells.nth(15)).toBeInViewport({ ratio: 1 });
});

test("gives a long value the room that is left", async ({ page }) => {
  await run(page, "SELECT repeat('long ', 20) AS text");
  const cell = page.getByRole("gridcell").first();
  await expect(cell).toBeVisible();
  expect(await cell.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
});

test("refuses a request that another site's page makes with the reader's cookie", async ({
  page,
  instance,
}) => {
  const response = await page.request.post(`${instance.url}/demo-shop/sql/run?mode=read`, {
    headers: { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" },
    data: { targetId: crypto.randomUUID(), sql: "SELECT 1" },
  });
  expect(response.status()).toBe(403);
});

test.describe("somebody who may only read open environments", () => {
  test.use({ person: "viewer" });

  test("is told which role reads production", async ({ page }) => {
    await page.getByLabel("Database").selectOption({ label: "catalog / production (protected)" });
    await expect(page.getByText(/needs the role developer/)).toBeVisible();
    await expect(page.getByRole("button", { name: /Run/ })).toBeDisabled();
  });
});
