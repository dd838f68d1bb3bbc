import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { AUTH_FOLDER, type Instance, type Person, readInstance } from "./instance";

interface Options {
  /** Who is signed in; null: nobody. Default: the admin. */
  person: Person | null;
}

interface Fixtures {
  instance: Instance;
  /** A second person in a browser of their own, for what needs two. */
  pageOf: (person: Person) => Promise<Page>;
  /** Fails on any axe violation of the page as it is now. */
  expectAccessible: (page?: Page) => Promise<void>;
}

/** `test.use({ person: "viewer" })` signs a whole file or group in as somebody else. */
export const test = base.extend<Options & Fixtures>({
  person: ["admin", { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from it
  instance: async ({}, use) => use(readInstance()),
  baseURL: async ({ instance }, use) => use(instance.url),
  storageState: async ({ person }, use) => use(person ? stateOf(person) : { cookies: [], origins: [] }),
  pageOf: async ({ browser, instance }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ storageState: stateOf(person), baseURL: instance.url });
      contexts.push(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
  expectAccessible: async ({ page }, use) => {
    await use(async (other = page) => {
      // Pages have no frames; the way that looks into them opens a page of its own and takes three times as long.
      const axe = new AxeBuilder({ page: other }).setLegacyMode(true);
      const { violations } = await axe.options({ resultTypes: ["violations"] }).analyze();
      const told = violations.map(({ id, help, nodes }) => ({
        id,
        help,
        where: nodes.map((node) => node.target),
      }));
      expect(told).toEqual([]);
    });
  },
});

function stateOf(person: Person): string {
  return join(AUTH_FOLDER, `${person}.json`);
}

export { expect };
