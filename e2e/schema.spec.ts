import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { test, expect as wait } from "./fixtures";

test.use({ person: "developer" });
test.describe.configure({ timeout: 240_000 });

/** Catalogs are read and scratch copies made behind these pages: a loaded machine takes its time. */
const expect = wait.configure({ timeout: 50_000 });

/** Opens the schema of a database; what nobody has read yet is read first. */
async function openSchema(page: Page, label: string): Promise<void> {
  await page.goto("/demo-shop/schema");
  await page.getByLabel("Database").selectOption({ label });
  await expect(page).toHaveURL(/target=/);
  await expect(page.getByRole("tree", { name: "Objects of the schema" })).toBeVisible({ timeout: 45_000 });
}

test("an object is found by the name of a column, and says who uses it", async ({
  page,
  expectAccessible,
}) => {
  await openSchema(page, "catalog / staging");
  await page.keyboard.press("/");
  await page.keyboard.type("category_id");
  const hit = page.getByRole("option", { name: /products.*category_id/ });
  await expect(hit).toBeVisible();
  await expectAccessible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const object = page.getByRole("region", { name: "products" });
  await expect(object.getByRole("heading", { name: /table catalog\.products/ })).toBeVisible();
  const indexes = object.getByRole("table", { name: "Indexes" });
  await expect(indexes.getByRole("row", { name: /products_pkey/ })).toContainText("PRIMARY KEY (id)");
  await expect(object.getByRole("group", { name: "Definition" })).toContainText(
    "CREATE TABLE catalog.products",
  );
  const uses = object
    .locator("section.sec")
    .filter({ has: page.getByRole("heading", { name: "Uses", exact: true }) });
  await uses.getByRole("link", { name: /catalog\.categories/ }).click();
  await expect(page.getByRole("heading", { name: /table catalog\.categories/ })).toBeVisible();
  await expect(page.locator(".deps").first()).toContainText("products");
  await expectAccessible();
});

test("the tree is walked by keyboard alone", async ({ page }) => {
  await openSchema(page, "catalog / staging");
  const tree = page.getByRole("tree");
  await tree.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("treeitem", { name: /^catalog/ })).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("treeitem", { name: /^categories/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/object=table/);
});

test("the diagram opens, leads to a table and is taken along as SVG and PNG", async ({
  page,
  expectAccessible,
}) => {
  await openSchema(page, "catalog / staging");
  await page.getByRole("link", { name: "Diagram" }).click();
  await expect(page.locator(".react-flow__node").first()).toBeVisible();
  await page
    .getByRole("combobox", { name: "Find a table" })
    .or(page.getByLabel("Find a table"))
    .fill("products");
  await page.keyboard.press("Enter");
  const chosen = page.getByRole("complementary", { name: /catalog\.products/ });
  await expect(chosen).toContainText("categories");
  await expectAccessible();
  const [svg] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "SVG" }).click(),
  ]);
  const drawn = readFileSync(await svg.path(), "utf8");
  expect(drawn).toContain(">products</text>");
  expect(drawn).not.toMatch(/var\(|oklch/);
  const [png] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "PNG" }).click(),
  ]);
  expect(
    readFileSync(await png.path())
      .subarray(1, 4)
      .toString(),
  ).toBe("PNG");
  await page.getByRole("link", { name: "List" }).click();
  await expect(page.getByRole("row", { name: /catalog\.products/ })).toContainText("categories");
});

test("two environments are compared, and the ticked differences become a migration", async ({
  page,
  expectAccessible,
}) => {
  await page.goto("/demo-shop/compare");
  await page.getByLabel("As it is").selectOption({ label: "catalog on production" });
  await page.getByLabel("As it should be").selectOption({ label: "catalog on staging" });
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  const list = page.getByRole("region", { name: "Differences" });
  await expect(
    list.getByRole("checkbox", { name: /table catalog\.price_changes|catalog\.price_changes/ }),
  ).toBeChecked({
    timeout: 45_000,
  });
  await expectAccessible();
  // A function that a trigger of the comparison calls takes the trigger along when it is taken out.
  await list.getByRole("checkbox", { name: /record_price_change\(\)/ }).uncheck();
  await expect(page.getByText(/not taken either/)).toBeVisible();
  await list.getByRole("checkbox", { name: /record_price_change\(\)/ }).check();
  await page.getByRole("button", { name: "Make a migration" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Catch up with staging");
  await page.getByRole("button", { name: "Save and open the editor" }).click();
  await expect(page).toHaveURL(/\/migrations\/[0-9a-f-]+\/edit/, { timeout: 45_000 });
  await expect(page.getByRole("heading", { name: "catch_up_with_staging" })).toBeVisible();
});

test.describe("somebody who may only look", () => {
  test.use({ person: "viewer" });

  test("compares, and is offered no ticks and no migration", async ({ page }) => {
    await page.goto("/demo-shop/compare");
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await expect(page.getByRole("tab", { name: "SQL" }).or(page.getByText("No difference"))).toBeVisible({
      timeout: 45_000,
    });
    await expect(page.getByRole("button", { name: "Make a migration" })).toBeHidden();
    await expect(page.getByRole("checkbox")).toHaveCount(0);
  });
});
