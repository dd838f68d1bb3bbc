import type { Page } from "@playwright/test";
import pg from "pg";
import { chooseFiles } from "./choose-files";
import { expect, test } from "./fixtures";
import { PASSWORD, PEOPLE } from "./instance";

test.use({ person: "developer" });

/** A new draft of the demo's orders, open in the editor. */
async function openNew(page: Page, name: string): Promise<string> {
  await page.goto("/demo-shop/migrations/new?service=orders");
  await page.getByLabel("Name").fill(`${name} ${Date.now()}`);
  await page.getByRole("button", { name: "Create and open the editor" }).click();
  await page.waitForURL(/\/edit$/);
  await expect(script(page)).toBeVisible();
  return page.url();
}

const script = (page: Page) => page.getByRole("textbox", { name: "Up script" });
const kept = (page: Page) => page.locator("[data-kept]");

async function write(page: Page, text: string): Promise<void> {
  await script(page).click();
  await page.keyboard.insertText(text);
}

test("finds what is wrong at its line while it is written, and mends it with one key", async ({
  page,
  expectAccessible,
}) => {
  await openNew(page, "risky");
  await write(page, "CREATE INDEX orders_note_idx\n  ON orders.orders (id);\n\nSELEC 1;\n");
  const findings = page.getByRole("region", { name: "What it will do" });
  await expect(findings.getByText("The index is built while orders.orders is locked")).toBeVisible();
  await expect(findings.getByRole("button", { name: /syntax error/ })).toContainText("line 4");
  await page.keyboard.press("F8");
  await page.keyboard.press("Control+Home");
  await expect(page.getByRole("note", { name: /The index is built/ })).toContainText(
    "CREATE INDEX CONCURRENTLY",
  );
  await expectAccessible();
  await page.keyboard.press("Control+.");
  await expect(page.getByText(/_index_orders was created/)).toBeVisible();
  await expect(script(page)).not.toContainText("CREATE INDEX");
  await script(page).press("Control+z");
  await expect(script(page)).toContainText("CREATE INDEX");
});

test("keeps what was written through a reload, before it is saved", async ({ page }) => {
  await openNew(page, "reload");
  await write(page, "SELECT 'never lose me';");
  await expect(kept(page)).toHaveAttribute("data-kept", "draft");
  await page.reload();
  await expect(script(page)).toContainText("never lose me");
  // Not even the second before the draft reaches the server is lost.
  await write(page, "-- at the last moment\n");
  await page.reload();
  await expect(script(page)).toContainText("at the last moment");
  await page.keyboard.press("Control+s");
  await expect(kept(page)).toHaveAttribute("data-kept", "saved");
});

test("deploys what is saved, and the form says when the editor holds newer text", async ({ page }) => {
  const editor = await openNew(page, "newer");
  await write(page, "SELECT 1;");
  await page.getByRole("button", { name: /^Save and deploy to/ }).click();
  await expect(page.getByRole("cell", { name: /_newer_/ })).toBeVisible();
  await expect(page.getByRole("note")).toHaveCount(0);
  const form = page.url();
  await page.goto(editor);
  await expect(script(page)).toContainText("SELECT 1;");
  await write(page, "-- newer\n");
  await expect(kept(page)).toHaveAttribute("data-kept", "draft");
  await page.goto(form);
  await expect(page.getByRole("note")).toContainText(/newer text of \S*_newer_\S* in the editor/);
});

test("keeps what was written while the network is gone and sends it when it is back", async ({
  page,
  context,
}) => {
  await openNew(page, "network");
  await write(page, "SELECT 1;");
  await expect(kept(page)).toHaveAttribute("data-kept", "draft");
  await context.setOffline(true);
  await write(page, "SELECT 'offline';");
  await expect(kept(page)).toHaveAttribute("data-kept", "browser");
  await context.setOffline(false);
  await expect(kept(page)).toHaveAttribute("data-kept", "draft", { timeout: 30_000 });
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await expect(script(page)).toContainText("offline");
});

test("says that the session has ended, keeps the text, and sends it once somebody is there again", async ({
  browser,
  instance,
}) => {
  const context = await browser.newContext({
    baseURL: instance.url,
    storageState: { cookies: [], origins: [] },
  });
  const page = await context.newPage();
  const signIn = async (on: Page) => {
    await on.getByLabel("E-mail").fill(PEOPLE.developer.email);
    await on.getByLabel("Password").fill(PASSWORD);
    await on.getByRole("button", { name: "Sign in" }).click();
    await on.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  };
  await page.goto("/sign-in");
  await signIn(page);
  await openNew(page, "signed out");
  const store = new pg.Client({ connectionString: instance.databaseUrl });
  await store.connect();
  // The newest one is the session of this test alone.
  await store.query(
    `UPDATE session SET revoked_at = now() WHERE id =
      (SELECT s.id FROM session s JOIN "user" u ON u.id = s.user_id WHERE u.email = $1 ORDER BY s.created_at DESC LIMIT 1)`,
    [PEOPLE.developer.email],
  );
  await store.end();
  await write(page, "SELECT 'written while signed out';");
  await expect(kept(page)).toHaveAttribute("data-kept", "signedOut");
  const [again] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("link", { name: "Sign in again" }).click(),
  ]);
  await signIn(again);
  await expect(kept(page)).toHaveAttribute("data-kept", "draft");
  await page.reload();
  await expect(script(page)).toContainText("written while signed out");
  await context.close();
});

test("tells two people of each other, and lets neither overwrite the other unseen", async ({
  page,
  pageOf,
}) => {
  const url = await openNew(page, "two people");
  await write(page, "SELECT 'mine';");
  await expect(kept(page)).toHaveAttribute("data-kept", "draft");
  const other = await pageOf("admin");
  await other.goto(url);
  await expect(other.getByText(/is writing/)).toBeVisible();
  // A draft is its writer's alone.
  await expect(script(other)).not.toContainText("mine");
  await write(other, "SELECT 'theirs';");
  await other.keyboard.press("Control+s");
  await expect(kept(other)).toHaveAttribute("data-kept", "saved");
  await script(page).click();
  await page.keyboard.press("Control+s");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("saved this migration before you");
  await expect(dialog).toContainText("SELECT 'theirs';");
  await expect(dialog).toContainText("SELECT 'mine';");
  await dialog.getByRole("button", { name: "Keep mine as a new migration" }).click();
  await expect(page).not.toHaveURL(url);
  await expect(script(page)).toContainText("mine");
  await page.goto(url);
  await expect(script(page)).toContainText("theirs");
});

test("shows what somebody else saved to whoever wrote nothing, without offering to overwrite it", async ({
  page,
  pageOf,
}) => {
  const url = await openNew(page, "reader");
  const other = await pageOf("admin");
  await other.goto(url);
  await write(other, "SELECT 'theirs';");
  await other.keyboard.press("Control+s");
  await expect(kept(other)).toHaveAttribute("data-kept", "saved");
  await expect(page.getByText(/saved another text after you opened this one\.$/)).toBeVisible();
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(script(page)).toContainText("theirs");
  await expect(page.getByRole("button", { name: "Show it" })).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("tries a script on a shadow and shows what was seen", async ({ page }) => {
  test.setTimeout(600_000);
  await openNew(page, "shadow");
  await write(page, "ALTER TABLE orders.orders ADD COLUMN tried_by_test text;");
  await page.getByRole("tab", { name: /down/ }).click();
  await page.getByRole("textbox", { name: "Down script" }).click();
  await page.keyboard.insertText("ALTER TABLE orders.orders DROP COLUMN tried_by_test;");
  await page.getByRole("tab", { name: /up/ }).click();
  await page.getByRole("button", { name: /Try on a shadow/ }).click();
  const panel = page.getByRole("region", { name: "What it will do" });
  await expect(panel.getByText("tried_by_test text")).toBeVisible({ timeout: 300_000 });
  await expect(panel).toContainText("ACCESS EXCLUSIVE");
  await expect(panel.getByText(/tried \d\d:\d\d:\d\d/)).toBeVisible();
});

test("imports a folder after showing what will happen", async ({ page, expectAccessible }) => {
  await page.goto("/demo-shop/migrations/import");
  const version = `2100${String(Date.now()).slice(-10)}`;
  await chooseFiles(page, "Choose an archive", [
    { name: `${version}_good.up.sql`, mimeType: "text/plain", buffer: Buffer.from("SELECT 1;") },
    {
      name: `${version}_wrong.up.sql`,
      mimeType: "text/plain",
      buffer: Buffer.from("SELECT 1;\n\\connect x\n"),
    },
  ]);
  await expect(page.getByText(`${version}_wrong.up.sql, line 2`)).toBeVisible();
  const confirm = page.getByRole("button", { name: "Import 1 migration" });
  await expect(confirm).toBeDisabled();
  await expectAccessible();
  await page.getByLabel("Leave out what has problems").check();
  await confirm.click();
  await expect(page).toHaveURL(/\/migrations\?service=/);
  await expect(page.getByText(version).first()).toBeVisible();
});

test.describe("somebody who may only read", () => {
  test.use({ person: "viewer" });

  test("sees scripts and findings and can change neither", async ({ page, expectAccessible }) => {
    await page.goto("/demo-shop/migrations");
    await expect(page.getByRole("link", { name: "New migration" })).toHaveCount(0);
    await page.locator("[data-row-link]").first().click();
    await page.getByRole("link", { name: /Open/ }).click();
    await expect(script(page)).toBeVisible();
    await expect(page.getByText("for reading only")).toBeVisible();
    await script(page).click();
    await page.keyboard.insertText("SELECT 'not mine';");
    await expect(script(page)).not.toContainText("not mine");
    await expect(page.getByRole("button", { name: /Try on a shadow/ })).toHaveCount(0);
    await expectAccessible();
  });
});
