import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { addressOf, allRoutes, PUBLIC, REDIRECTS } from "./routes";

/** Every page there is, found in app/: it opens, is accessible, fits a phone, and speaks both languages. */

const LOOKS = [
  { locale: "en", theme: "light", width: 1440 },
  { locale: "es", theme: "dark", width: 390 },
] as const;

const routes = allRoutes().filter((route) => !REDIRECTS.includes(route));

for (const route of routes) {
  for (const look of LOOKS) {
    test(`${route} in ${look.locale}, ${look.theme}, ${look.width} pixels wide`, async ({
      page,
      context,
      instance,
      expectAccessible,
    }) => {
      if (PUBLIC.includes(route)) await context.clearCookies();
      await context.addCookies([
        { name: "locale", value: look.locale, url: instance.url },
        { name: "theme", value: look.theme, url: instance.url },
      ]);
      await page.setViewportSize({ width: look.width, height: 900 });
      const problems = watchProblems(page);
      const answer = await page.goto(await addressOf(route, instance));
      expect(answer?.status()).toBeLessThan(400);
      await expect(page.locator("h1").first()).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("lang", look.locale);
      await page.evaluate(() => document.fonts.ready);
      await expectAccessible();
      expect(await overflow(page)).toBe(0);
      if (look.width < 400) {
        await page.setViewportSize({ width: 320, height: 700 });
        expect(await overflow(page)).toBe(0);
      }
      expect(problems).toEqual([]);
    });
  }
}

/** What the browser complains of, and messages that were not found. */
function watchProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return problems;
}

/** How many pixels the page can be scrolled sideways. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
