import type { Page } from "@playwright/test";
import { Secret, TOTP } from "otpauth";
import { WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type OwnServer, startOwnServer } from "./own-server";
import { newSlug } from "./project-plan";

/** A team and its project, made by hand from nothing. */

const slug = newSlug("team");
const NEWCOMER = { email: `${slug}@example.test`, name: "New Comer", password: "a long enough sentence" };
let server: OwnServer;

test.setTimeout(900_000);
test.beforeAll(async () => {
  server = await startOwnServer(18);
  await server.createDatabase("orders");
});
test.afterAll(() => server?.stop());

const dialog = (page: Page) => page.getByRole("dialog");
const submit = (page: Page) => dialog(page).locator("button[type=submit]").click();

test("a project is made, somebody joins it by a link, and a token of it opens the API until it is revoked", async ({
  page,
  browser,
  instance,
  request,
  expectAccessible,
}) => {
  await test.step("project, service and target by their forms", async () => {
    await page.goto("/projects");
    await page.getByRole("button", { name: "New project" }).click();
    await dialog(page).getByLabel("Name").fill("A team");
    await dialog(page).getByLabel("Address").fill(slug);
    await submit(page);
    await expect(page).toHaveURL(new RegExp(`/${slug}`), WORK);

    await page.goto(`/${slug}/settings/services`);
    await page.getByRole("button", { name: "Add a service" }).first().click();
    await dialog(page).getByLabel("Name").fill("orders");
    await submit(page);
    await expect(page.getByRole("row", { name: /orders/ })).toBeVisible();

    await page.goto(`/${slug}/settings/targets`);
    await page
      .getByRole("button", { name: /^Add a target|^Add the target/ })
      .first()
      .click();
    const form = page.locator("form").filter({ has: page.getByLabel("Host") });
    await form.getByLabel("Host").fill("127.0.0.1");
    await form.getByLabel("Port").fill("1");
    await form.getByLabel("Database", { exact: true }).fill("orders");
    await form.getByLabel("User", { exact: true }).fill(server.spec.user);
    await form.getByLabel("Password").fill(server.spec.password);
    await form.getByLabel("TLS").selectOption("disable");
    await form.locator("button[type=submit]").click();
    await expect(form.getByRole("alert").first()).toBeVisible(WORK);
    // What was typed is still there, the password too.
    await form.getByLabel("Port").fill(String(server.spec.port));
    await form.locator("button[type=submit]").click();
    await expect(page.getByText("The target is added.").first()).toBeVisible(WORK);
  });

  const link = await test.step("an invitation is a link, shown once", async () => {
    await page.goto(`/${slug}/settings/members`);
    await page.getByRole("button", { name: "Invite somebody" }).click();
    await dialog(page).getByLabel("E-mail").fill(NEWCOMER.email);
    await dialog(page).getByLabel("Role").selectOption("developer");
    await submit(page);
    const shown = dialog(page).getByRole("status").locator("code");
    await expect(shown).toContainText("/invitation/");
    return (await shown.textContent()) ?? "";
  });

  const context = await browser.newContext({
    baseURL: instance.url,
    storageState: { cookies: [], origins: [] },
  });
  const newcomer = await context.newPage();
  await test.step("who opens it gets an account, and sees this project alone", async () => {
    await newcomer.goto(link);
    await expectAccessible(newcomer);
    await newcomer.getByLabel("Your name").fill(NEWCOMER.name);
    await newcomer.getByLabel("Password").fill(NEWCOMER.password);
    await newcomer.getByRole("button", { name: /^Join/ }).click();
    await expect(newcomer).toHaveURL(new RegExp(`/${slug}`), WORK);
    await newcomer.goto("/projects");
    await expect(newcomer.getByRole("link", { name: "A team" })).toBeVisible();
    await expect(newcomer.getByText("Demo shop")).toHaveCount(0);
    await newcomer.goto(link);
    await expect(newcomer.getByLabel("Your name")).toHaveCount(0);
  });

  await test.step("codes are set up, and from then on the password alone opens nothing", async () => {
    await newcomer.goto("/account");
    await newcomer.getByRole("button", { name: "Set up one-time codes" }).click();
    const secret = ((await newcomer.locator(".secret code").textContent()) ?? "").replaceAll(/\s/g, "");
    const codes = new TOTP({ secret: Secret.fromBase32(secret) });
    await newcomer.getByLabel("Code of the app").fill(codes.generate());
    await newcomer.getByLabel("Current password").last().fill(NEWCOMER.password);
    await newcomer.getByRole("button", { name: "Turn codes on" }).click();
    await expect(newcomer.getByText("One-time codes are on.").first()).toBeVisible();
    await expectAccessible(newcomer);

    const other = await browser.newContext({
      baseURL: instance.url,
      storageState: { cookies: [], origins: [] },
    });
    const again = await other.newPage();
    await again.goto("/sign-in");
    await again.getByLabel("E-mail").fill(NEWCOMER.email);
    await again.getByLabel("Password", { exact: true }).fill(NEWCOMER.password);
    await again.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(again.getByLabel("One-time code")).toBeVisible();
    // A code works once: the one that turned them on is spent.
    await again.getByLabel("One-time code").fill(codes.generate({ timestamp: Date.now() + 30_000 }));
    await again.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(again.getByText("A team").first()).toBeVisible(WORK);

    await newcomer.reload();
    await newcomer.getByRole("button", { name: "Sign out all others" }).click();
    await newcomer.getByRole("alertdialog").locator("button[type=submit]").click();
    // The password section says "is signed out", too.
    await expect(newcomer.getByText("Signed out", { exact: true }).first()).toBeVisible();
    await again.goto("/projects");
    await expect(again).toHaveURL(/sign-in/);
    await other.close();
  });

  await test.step("a token is shown once, opens its project, and is refused when it is revoked", async () => {
    await page.goto(`/${slug}/settings/tokens`);
    await page.getByRole("button", { name: "New token" }).first().click();
    await dialog(page).getByLabel("Name").fill("pipeline");
    await submit(page);
    const token = await dialog(page).getByRole("status").locator("code").textContent();
    await page.keyboard.press("Escape");
    const ask = (path: string) =>
      request.get(`${instance.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await ask("/migrations")).status()).toBe(200);
    expect((await ask("/migrations?project=demo-shop")).status()).toBe(404);
    await page.getByRole("button", { name: /^Revoke/ }).click();
    await page.getByRole("alertdialog").locator("button[type=submit]").click();
    await expect(page.getByText("The token is revoked.").first()).toBeVisible();
    expect((await ask("/migrations")).status()).toBe(401);
  });

  await test.step("who is removed opens nothing any more", async () => {
    await page.goto(`/${slug}/settings/members`);
    await page.getByRole("button", { name: `Remove ${NEWCOMER.name}` }).click();
    await page.getByRole("alertdialog").getByRole("textbox").fill(NEWCOMER.email);
    await page.getByRole("alertdialog").locator("button[type=submit]").click();
    await expect(page.getByText(`${NEWCOMER.name} is removed.`).first()).toBeVisible();
    await newcomer.goto(`/${slug}`);
    await expect(newcomer.getByRole("heading", { name: /not|no such/i }).first()).toBeVisible();
    await newcomer.goto("/projects");
    await expect(newcomer.getByText("A team")).toHaveCount(0);
  });
});
