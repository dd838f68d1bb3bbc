import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { addressOf } from "./routes";

/** The pictures of README.md and docs/guide, taken from the demo: `DOCS_IMAGES=1 npx playwright test pictures`. */
test.skip(!process.env.DOCS_IMAGES, "takes pictures only when asked to");
test.use({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });

const PICTURES = {
  overview: "/[project]",
  migrations: "/[project]/migrations",
  editor: "/[project]/migrations/[id]/edit",
  deployments: "/[project]/deployments",
  audit: "/[project]/audit",
};

for (const [name, route] of Object.entries(PICTURES)) {
  test(name, async ({ page, instance }) => {
    await page.goto(await addressOf(route, instance));
    await expect(page.locator("h1").first()).toBeVisible();
    await settled(page);
    await page.screenshot({ path: `docs/images/${name}.png`, animations: "disabled" });
  });
}

test("review", async ({ page }) => {
  await page.goto("/demo-shop");
  await page.getByRole("link", { name: "Deploy 2 migrations" }).click();
  await page.getByRole("button", { name: "Check 2 migrations for staging" }).click();
  await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible({ timeout: 50_000 });
  await settled(page);
  await page.screenshot({ path: "docs/images/review.png", animations: "disabled" });
});

/** Editors and charts come after the page, and charts grow for a moment. */
async function settled(page: Page): Promise<void> {
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.waitForTimeout(2500);
}
