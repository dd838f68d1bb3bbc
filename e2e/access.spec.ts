import { expect, test } from "./fixtures";
import { PASSWORD, PEOPLE } from "./instance";

const DEMO = "/demo-shop";
const SECRETS = /demo_orders|Demo shop/;

test.describe("cross-project access by raw HTTP", () => {
  test.use({ person: "stranger" });

  test("the trail of another project is neither exported nor verified", async ({ page }) => {
    const file = await page.request.get(`${DEMO}/audit/export?format=csv`);
    expect(file.status()).toBe(404);
    expect(await file.text()).not.toMatch(/session\.|deployment\./);
    const answer = await page.request.post(`${DEMO}/audit/verify`, {
      headers: { "sec-fetch-site": "same-origin" },
      data: { mode: "all" },
    });
    expect(await answer.text()).toContain('"type":"error"');
  });

  test("the settings of another project are not in the answer", async ({ page }) => {
    for (const part of ["", "/targets", "/members", "/tokens"]) {
      const answer = await page.request.get(`${DEMO}/settings${part}`);
      expect(await answer.text(), part).not.toMatch(SECRETS);
    }
  });
});

test.describe("role-limited pages", () => {
  test.use({ person: "viewer" });

  test("a viewer gets neither tokens nor the trail, and no buttons that change anything", async ({
    page,
  }) => {
    for (const path of [`${DEMO}/settings/tokens`, `${DEMO}/audit`, "/instance", "/instance/audit"]) {
      await page.goto(path);
      await expect(page.getByRole("table"), path).toHaveCount(0);
      await expect(page.getByText(/administrator/i).first(), path).toBeVisible();
    }
    // No project has to do with the instance.
    await page.goto("/instance");
    await expect(page.getByRole("main")).toContainText("Ask one of its administrators.");
    for (const form of ["migrations/new", "migrations/import", "deployments/new"]) {
      await page.goto(`${DEMO}/${form}`);
      await expect(page.getByText("This needs the role developer"), form).toBeVisible();
      await expect(page.getByRole("main").getByRole("button"), form).toHaveCount(0);
    }
    await page.goto(`${DEMO}/settings/members`);
    await expect(page.getByRole("button", { name: "Invite somebody" })).toHaveCount(0);
    await expect(page.getByRole("combobox")).toHaveCount(0);
    const file = await page.request.get(`${DEMO}/audit/export?format=json`);
    expect(file.status()).toBe(403);
  });
});

test.describe("the audit trail", () => {
  test.use({ person: "admin" });

  test("is checked on its page, from its beginning and from the last check on", async ({ page }) => {
    await page.goto(`${DEMO}/audit`);
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await expect(page.getByText(/^All [\d,]+ events are as they were recorded\./)).toBeVisible();
    await page.getByRole("button", { name: "Only what is new" }).click();
    await expect(page.getByText(/as recorded since number \d+/)).toBeVisible();
  });
});

test.describe("a request that another site sends", () => {
  test("changes nothing, although the cookie comes along", async ({ page }) => {
    const answer = await page.request.post(`${DEMO}/audit/verify`, {
      headers: { "sec-fetch-site": "cross-site" },
      data: { mode: "all" },
    });
    expect(answer.status()).toBe(403);
  });
});

test.describe("a session", () => {
  test.use({ person: null });

  test("that was ended elsewhere opens nothing from the next request on", async ({ browser, instance }) => {
    const signIn = async () => {
      const context = await browser.newContext({ baseURL: instance.url });
      const page = await context.newPage();
      await page.goto("/sign-in");
      await page.getByLabel("E-mail").fill(PEOPLE.approver.email);
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page).not.toHaveURL(/sign-in/);
      return page;
    };
    const [first, second] = [await signIn(), await signIn()];
    const kept = await first.context().cookies();
    await first.goto("/account");
    await expect(first.getByRole("heading", { level: 1 })).toBeVisible();
    // Only the newest other session is ended: the shared ones of the other tests stay.
    await second.goto("/account");
    const others = second.getByRole("row").filter({ hasNotText: "(this one)" });
    await others.getByRole("button", { name: "Sign out" }).first().click();
    await second.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
    await expect(second.getByText("Signed out", { exact: true }).first()).toBeVisible();
    await first.context().addCookies(kept);
    // The word "Signed out" may be that of an older session: the server is asked until it has ended this one.
    await expect(async () => {
      await first.goto("/account");
      await expect(first).toHaveURL(/\/sign-in\?to=/, { timeout: 2000 });
    }).toPass({ timeout: 30_000 });
    await first.context().close();
    await second.context().close();
  });

  test("an address to come back to leads to no other site", async ({ page }) => {
    for (const to of ["https://evil.test/", "//evil.test/", "/\\evil.test"]) {
      await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
      await page.getByLabel("E-mail").fill(PEOPLE.viewer.email);
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page).not.toHaveURL(/sign-in/);
      expect(new URL(page.url()).hostname).toBe("127.0.0.1");
      await page.context().clearCookies();
    }
  });
});
