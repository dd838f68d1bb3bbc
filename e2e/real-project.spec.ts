import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { strToU8, zipSync } from "fflate";
import { chooseFiles } from "./choose-files";
import { approve, card, deploy, lead, start, WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type OwnServer, startOwnServer } from "./own-server";
import { makeProject, newSlug } from "./project-plan";

/**
 * Real projects through the pages, from their files to production and back, on servers of one's own: PostgreSQL 18
 * for development, 14 for production.
 */

const corpus = resolve("..", "shared", "corpora", "real");
const slug = newSlug("real");
const SERVICES = ["langfuse", "pagila", "chinook"];
const servers: { development?: OwnServer; production?: OwnServer } = {};

test.skip(!existsSync(corpus), "the corpus of real projects is not beside this checkout");
test.use({ person: "developer" });
test.setTimeout(1_200_000);

test.beforeAll(async ({ instance }) => {
  const [development, production] = await Promise.all([startOwnServer(18), startOwnServer(14)]);
  Object.assign(servers, { development, production });
  for (const server of [development, production])
    for (const name of SERVICES) await server.createDatabase(name);
  const at = (database: string) => ({
    development: { ...development.spec, database },
    production: { ...production.spec, database },
  });
  await makeProject(instance, {
    slug,
    environments: [{ name: "development" }, { name: "production", protected: true, color: "production" }],
    services: SERVICES.map((name) => ({ name, targets: at(name) })),
  });
});
test.afterAll(async () => {
  await Promise.all([servers.development?.stop(), servers.production?.stop()]);
});

test("langfuse: 434 migrations of a folder go to development and on to production", async ({
  page,
  pageOf,
}) => {
  await test.step("a folder is imported as it is", async () => {
    await chooseImport(page, "langfuse");
    await chooseFiles(page, "Choose a folder", join(corpus, "langfuse"));
    await page.getByRole("button", { name: "Import 434 migrations" }).click(WORK);
    await expect(page).toHaveURL(/\/migrations\?service=/, WORK);
  });

  await test.step("what is to be deployed is proposed at once", async () => {
    await page.goto(`/${slug}/deployments/new`);
    await expect(page.getByLabel("Service")).toHaveValue(/./);
    await expect(page.getByRole("radio", { name: /development/ })).toBeChecked();
    await expect(page.getByText("434 wait").first()).toBeVisible();
    await page.getByRole("button", { name: "Check 434 migrations for development" }).click(WORK);
    await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
  });

  await test.step("the review shows all of it, part by part, and every link in it leads somewhere", async () => {
    await expect(page.getByText("1,117 statements", { exact: false }).first()).toBeVisible();
    await expect(page.locator("#statement-1117")).toHaveCount(0);
    await page.goto(`${page.url()}#statement-1100`);
    await expect(page.locator("#statement-1100")).toBeInViewport(WORK);
    const link = page.locator("#statements a[href^='#finding-']").last();
    const finding = page.locator(String(await link.getAttribute("href")));
    await link.click();
    await expect(finding).toBeInViewport(WORK);
  });

  await test.step("it runs and is promoted; somebody else approves", async () => {
    await start(page);
    await expect(lead(page)).toContainText("Applied 434 migrations to development", WORK);
    await expect(lead(page)).toContainText("The schema is the one the shadow foretold.");
    await card(page).getByRole("button", { name: "Promote to production" }).click();
    await expect(page.getByRole("heading", { name: "Waits for approval" })).toBeVisible(WORK);
    const approver = await pageOf("approver");
    await approver.goto(page.url());
    await approve(approver);
    await start(page);
    await expect(lead(page)).toContainText("Applied 434 migrations to production", WORK);
    const client = await servers.production?.connect("langfuse");
    const counted = await client?.query(
      "SELECT count(*)::int AS applied FROM dbmigrator.migrations_log WHERE status = 'applied'",
    );
    expect(counted?.rows).toEqual([{ applied: 434 }]);
    await client?.end();
  });
});

test("pagila: what the server lacks is told before anything runs; without it, partitions, functions and triggers arrive", async ({
  page,
}) => {
  const whole = readFileSync(join(corpus, "pagila/pagila-schema.sql"), "utf8");
  await importPagila(page, whole);
  await deploy(page, slug, "pagila", "development");
  await expect(page.getByRole("heading", { name: "It may not run as it is" })).toBeVisible(WORK);
  await expect(lead(page)).toContainText('extension "vector"');
  await card(page)
    .getByRole("button", { name: /^Cancel/ })
    .click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the deployment" }).click();
  await expect(page.getByText("Cancelled").first()).toBeVisible(WORK);

  // pg_dump writes a heading over each object.
  const objects = whole.split(/(?=^--\n-- Name: )/m);
  await importPagila(page, objects.filter((one) => !/\bvector\b|film_embedding/.test(one)).join(""));
  await deploy(page, slug, "pagila", "development");
  await start(page);
  await expect(lead(page)).toContainText("The schema is the one the shadow foretold.", WORK);
});

test("chinook: refused at its lines as it is, and once these are taken out it goes to production and back", async ({
  page,
  pageOf,
}) => {
  let development = "";
  const asItIs = readFileSync(join(corpus, "chinook/chinook.sql"), "utf8");
  const lines = asItIs.split("\n");
  const lineOf = (start: string) => lines.findIndex((line) => line.startsWith(start)) + 1;

  await test.step("the import refuses it, with the lines", async () => {
    await chooseImport(page, "chinook");
    await chooseFiles(page, "Choose an archive", {
      name: "20240101000000_chinook.up.sql",
      mimeType: "text/plain",
      buffer: Buffer.from(asItIs),
    });
    await expect(
      page.getByText(`20240101000000_chinook.up.sql, line ${lineOf("DROP DATABASE")}`),
    ).toBeVisible(WORK);
    await expect(page.getByText(`20240101000000_chinook.up.sql, line ${lineOf("\\c ")}`)).toBeVisible();
    await expect(page.getByRole("button", { name: "Nothing to import" })).toBeDisabled();
  });

  await test.step("so does the editor, until they are taken out", async () => {
    await page.goto(`/${slug}/migrations/new?service=chinook`);
    await page.getByLabel("Name", { exact: true }).fill("chinook");
    await page.getByRole("button", { name: "Create and open the editor" }).click();
    await paste(page, "Up script", asItIs);
    const panel = page.getByRole("region", { name: "What it will do" });
    await expect(panel.getByRole("button", { name: /DROP DATABASE/ })).toContainText(
      `line ${lineOf("DROP DATABASE")}`,
      WORK,
    );
    await expect(panel.getByRole("button", { name: /command of psql/ })).toContainText(
      `line ${lineOf("\\c ")}`,
    );
    const rest = lines.filter((line) => !/^\\|^(DROP|CREATE) DATABASE/.test(line)).join("\n");
    await paste(page, "Up script", rest);
    await expect(panel.getByRole("button", { name: /command of psql/ })).toHaveCount(0, WORK);
    await page.getByRole("tab", { name: /^down/ }).click();
    const tables = [...rest.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name);
    await paste(page, "Down script", `DROP TABLE ${tables.join(", ")};`);
    await page.keyboard.press("Control+s");
    await expect(page.locator("[data-kept]")).toHaveAttribute("data-kept", "saved", WORK);
  });

  await test.step("it goes to production with another person's approval", async () => {
    await deploy(page, slug, "chinook", "development");
    await start(page);
    await expect(lead(page)).toContainText("Applied 1 migration to development", WORK);
    development = page.url();
    await card(page).getByRole("button", { name: "Promote to production" }).click();
    await expect(page.getByRole("heading", { name: "Waits for approval" })).toBeVisible(WORK);
    const approver = await pageOf("approver");
    await approver.goto(page.url());
    await approve(approver);
    await start(page);
    await expect(lead(page)).toContainText("Applied 1 migration to production", WORK);
    expect(await tracks("production")).toBeGreaterThan(1000);
  });

  await test.step("and an administrator takes it back with a reason, which others have to agree to", async () => {
    const admin = await pageOf("admin");
    await admin.goto(page.url());
    await card(admin).getByRole("button", { name: /^Roll/ }).click(WORK);
    const dialog = admin.getByRole("alertdialog");
    await dialog.getByRole("textbox").fill("It went to the wrong database.");
    await dialog.getByRole("button", { name: /^Roll/ }).click();
    await expect(admin.getByText("It went to the wrong database.").first()).toBeVisible(WORK);
    await expect(admin.getByRole("heading", { name: "Waits for approval" })).toBeVisible(WORK);
    // What goes there is destroyed: one approver is not enough.
    await expect(card(admin)).toContainText("2 more approvals are needed");
  });

  await test.step("in development the developer takes it back alone, naming every table that goes", async () => {
    await page.goto(development);
    await card(page).getByRole("button", { name: /^Roll/ }).click(WORK);
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: /^Roll/ }).click();
    await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
    await card(page)
      .getByRole("button", { name: /^Take|^Roll/ })
      .click();
    await expect(dialog.locator("label").first()).toBeVisible();
    for (const label of await dialog.locator("label").all())
      await dialog
        .getByLabel((await label.textContent()) ?? "")
        .fill((await label.locator("code").textContent()) ?? "");
    await dialog.locator("button[type=submit]").click();
    await expect(lead(page)).toContainText("Took back 1 migration on development", WORK);
    expect(await tracks("development")).toBeNull();
  });
});

async function chooseImport(page: Page, service: string): Promise<void> {
  await page.goto(`/${slug}/migrations/import`);
  await page.getByLabel("Service").selectOption(service);
}

async function importPagila(page: Page, schema: string): Promise<void> {
  await chooseImport(page, "pagila");
  await chooseFiles(page, "Choose an archive", {
    name: "pagila.zip",
    mimeType: "application/zip",
    buffer: Buffer.from(zipSync({ "pagila/V1__schema.sql": strToU8(schema) })),
  });
  const replace = page.getByLabel("Replace texts that differ");
  await replace.check(WORK);
  await page.getByRole("button", { name: "Import 1 migration" }).click(WORK);
  await expect(page).toHaveURL(/\/migrations\?service=/, WORK);
}

/** Replaces a script by a text from the clipboard. */
async function paste(page: Page, name: string, text: string): Promise<void> {
  const script = page.getByRole("textbox", { name });
  await script.click(WORK);
  await page.keyboard.press("ControlOrMeta+a");
  await script.evaluate((element, value) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", value);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Rows of one of its tables; null: the table is not there. */
async function tracks(environment: keyof typeof servers): Promise<number | null> {
  const client = await servers[environment]?.connect("chinook");
  const there = await client?.query<{ found: boolean }>("SELECT to_regclass('track') IS NOT NULL AS found");
  const rows = there?.rows[0]?.found
    ? await client?.query<{ count: number }>("SELECT count(*)::int FROM track")
    : undefined;
  await client?.end();
  return rows?.rows[0]?.count ?? null;
}
