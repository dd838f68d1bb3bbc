import type { Page } from "@playwright/test";
import { WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { PASSWORD, PEOPLE } from "./instance";
import { runOperations } from "./run-operations";

const slug = `path-${Date.now().toString(36)}`;
test.use({ person: null });
test.setTimeout(1_200_000);
test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ instance }) => {
  await runOperations("main-path.ts", instance, { SLUG: slug, PEOPLE: JSON.stringify(PEOPLE) });
});

test("from a new migration to production and back", async ({ page, pageOf, expectAccessible }) => {
  await test.step("the developer signs in", async () => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(PEOPLE.developer.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByText(slug).first()).toBeVisible(WORK);
  });

  await test.step("writes a migration and deploys it to development", async () => {
    await page.goto(`/${slug}/migrations/new`);
    await page.getByLabel("Name", { exact: true }).fill("drop legacy ref", WORK);
    await page.getByRole("button", { name: "Create and open the editor" }).click();
    await expect(page).toHaveURL(/\/edit/, WORK);
    await type(page, "ALTER TABLE customer DROP COLUMN legacy_ref;");
    await page
      .getByRole("tab", { name: /^down/ })
      .or(page.getByRole("button", { name: /^down/ }))
      .first()
      .click();
    await type(page, "ALTER TABLE customer ADD COLUMN legacy_ref text;");
    await page.getByRole("button", { name: "Save and deploy to development" }).click();
    await expect(page).toHaveURL(/\/deployments\/(new|\d+)/, WORK);
    const check = page.getByRole("button", { name: "Check 1 migration for development" });
    if (page.url().includes("/new")) {
      await page.getByRole("checkbox").first().check();
      await check.click();
    }
    await expect(page).toHaveURL(/\/deployments\/\d+$/, WORK);
  });

  await test.step("sees what it will do and starts it by typing what is destroyed", async () => {
    await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
    await expect(page.getByText("Rollback proven").first()).toBeVisible();
    await expect(page.getByText("Destroys", { exact: false }).first()).toBeVisible();
    await expectAccessible();
    await start(page);
    await expect(page.getByRole("heading", { name: "On to production" })).toBeVisible(WORK);
  });

  await test.step("promotes it to production, where two others have to agree", async () => {
    await card(page).getByRole("button").first().click();
    await expect(page).toHaveURL(/\/deployments\/2$/, WORK);
    await expect(page.getByRole("heading", { name: "Waits for approval" })).toBeVisible(WORK);
    await expect(card(page).getByRole("button", { name: /^Approve/ })).toHaveCount(0);
    for (const person of ["approver", "admin"] as const) await approve(await pageOf(person));
  });

  await test.step("starts it there and sees it compared with the shadow", async () => {
    await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
    await start(page);
    await expect(page.getByText("Succeeded").first()).toBeVisible(WORK);
    await expect(card(page).getByRole("button", { name: /^Roll/ })).toHaveCount(0);
  });

  await test.step("an administrator takes it back with a reason", async () => {
    const admin = await pageOf("admin");
    await admin.goto(`/${slug}/deployments/2`);
    await card(admin).getByRole("button", { name: /^Roll/ }).click(WORK);
    const dialog = admin.getByRole("alertdialog");
    await expect(dialog.getByRole("button", { name: /^Roll/ })).toBeDisabled();
    await dialog.getByRole("textbox").fill("The old reports still read it.");
    await dialog.getByRole("button", { name: /^Roll/ }).click();
    await expect(admin).toHaveURL(/\/deployments\/3$/, WORK);
    await expect(
      admin.getByRole("heading", { name: /1 migration of customers back on production/ }),
    ).toBeVisible(WORK);
    await expect(admin.getByText("The old reports still read it.").first()).toBeVisible();
  });
});

for (const [locale, word] of [
  ["en", "Deployment 2"],
  ["es", "Despliegue 2"],
] as const) {
  test(`the same deployment reads in ${locale}`, async ({ pageOf, instance }) => {
    const page = await pageOf("viewer");
    await page.context().addCookies([{ name: "locale", value: locale, url: instance.url }]);
    await page.goto(`/${slug}/deployments/2`);
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(word, WORK);
    await expect(page.getByText("MISSING_MESSAGE")).toHaveCount(0);
  });
}

async function type(page: Page, sql: string): Promise<void> {
  const editor = page.locator(".cm-content:visible").first();
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  // As one input: the editor completes and closes brackets on single keys.
  await page.keyboard.insertText(sql);
}

/** The card with the one thing to do next. */
const card = (page: Page) => page.locator("main section.do");

async function approve(page: Page): Promise<void> {
  await page.goto(`/${slug}/deployments/2`);
  await card(page)
    .getByRole("button", { name: /^Approve/ })
    .click(WORK);
  await page
    .getByRole("alertdialog")
    .getByRole("button", { name: /^Approve/ })
    .click();
  await expect(page.getByRole("alertdialog")).toHaveCount(0, WORK);
}

/** Opens the question, types every name it asks for, and confirms. */
async function start(page: Page): Promise<void> {
  await card(page).getByRole("button").first().click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("textbox").first()).toBeVisible(WORK);
  const names = await dialog.getByRole("textbox").all();
  await expect(dialog.locator("button[type=submit]")).toBeDisabled();
  for (const input of names) await input.fill("customer.legacy_ref");
  await dialog.locator("button[type=submit]").click();
}
