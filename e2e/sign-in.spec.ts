import { expect, test } from "./fixtures";
import { PASSWORD, PEOPLE } from "./instance";
import { addressOf, allRoutes, PUBLIC, REDIRECTS } from "./routes";

test.use({ person: null });

test("a person signs in, comes to the projects and signs out", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(PEOPLE.developer.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Demo shop").first()).toBeVisible();
});

test("a wrong password is refused in the reader's language", async ({ page, context, instance }) => {
  await context.addCookies([{ name: "locale", value: "es", url: instance.url }]);
  await page.goto("/sign-in");
  await page.locator("input[type=email]").fill(PEOPLE.viewer.email);
  await page.locator("input[type=password]").fill("not the password");
  await page.locator("button[type=submit]").click();
  await expect(page.getByRole("alert").filter({ hasText: /contraseña/i })).toBeVisible();
});

test("no page opens to somebody who is not signed in", async ({ page, instance }) => {
  test.setTimeout(400_000);
  for (const route of allRoutes()) {
    if (PUBLIC.includes(route) || REDIRECTS.includes(route)) continue;
    await page.goto(await addressOf(route, instance));
    await expect(page, route).toHaveURL(/\/sign-in/);
  }
});

test.describe("a member of another project", () => {
  test.use({ person: "stranger" });

  test("is told that there is no such project", async ({ page, instance }) => {
    test.setTimeout(400_000);
    for (const route of allRoutes().filter((one) => one.startsWith("/[project]"))) {
      await page.goto(await addressOf(route, instance));
      await expect(page.getByText(/Demo shop/), route).toHaveCount(0);
      await expect(page.getByRole("heading", { level: 1 }), route).toBeVisible();
    }
  });
});

test.describe("a page whose scripts have not come yet", () => {
  test.use({ person: "developer" });

  test("keeps what was typed, and out of the address", async ({ page, instance }) => {
    await page.route("**/_next/static/**/*.js", (route) => route.abort());
    for (const path of ["/account", "/sign-in"]) {
      if (path === "/sign-in") await page.context().clearCookies();
      await page.goto(path, { waitUntil: "domcontentloaded" });
      const secret = page.locator("main input[type=password]").first();
      await secret.fill("typed too early");
      await secret.press("Enter");
      await expect(secret).toHaveValue("typed too early");
      expect(page.url()).toBe(`${instance.url}${path}`);
    }
  });
});
