import { expect, type Page } from "@playwright/test";

/** A check makes a scratch copy and a run waits for its worker: seconds, on a small or busy machine minutes. */
export const WORK = { timeout: 240_000 };

/** The card with the one thing to do next. */
export const card = (page: Page) => page.locator("main section.do");

/** Asks for what is pending in an environment, and waits until it may start. */
export async function deploy(page: Page, slug: string, service: string, environment: string): Promise<void> {
  await page.goto(`/${slug}/deployments/new`);
  await planShown(page);
  await page.getByLabel("Service").selectOption(service);
  await page.getByRole("radio", { name: environment }).check();
  const check = page.getByRole("button", { name: new RegExp(`^Check .* for ${environment}$`) });
  // Drafts are taken only when chosen.
  const drafts = page.getByRole("group", { name: /Drafts/ }).getByRole("checkbox");
  await expect(check.or(drafts.first())).toBeVisible(WORK);
  for (const draft of await drafts.all()) await draft.check();
  await check.click(WORK);
  await expect(page).toHaveURL(/\/deployments\/\d+$/, WORK);
}

/** The script of the page asks for the plan: before it is there, choices would be lost. */
export async function planShown(page: Page): Promise<void> {
  await expect(page.locator("main .new-deployment [aria-busy=true]")).toHaveCount(0, WORK);
}

/** Opens the question, types what it asks for, and confirms. */
export async function start(page: Page, names: string[] = []): Promise<void> {
  await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
  await card(page)
    .getByRole("button", { name: /^Apply|^Take/ })
    .click();
  const dialog = page.getByRole("alertdialog");
  const inputs = dialog.getByRole("textbox");
  await expect(inputs).toHaveCount(names.length);
  for (const [at, name] of names.entries()) await inputs.nth(at).fill(name);
  await dialog.locator("button[type=submit]").click();
  await expect(dialog).toHaveCount(0, WORK);
}

/** Another person's agreement, on the page that they opened. */
export async function approve(page: Page): Promise<void> {
  await card(page)
    .getByRole("button", { name: /^Approve/ })
    .click(WORK);
  await page
    .getByRole("alertdialog")
    .getByRole("button", { name: /^Approve/ })
    .click();
  await expect(page.getByRole("alertdialog")).toHaveCount(0, WORK);
}

/** The page's sentence about the run. */
export const lead = (page: Page) => page.locator("p.lead");
